/* Arithmetic as people type it: + − × ÷ ^ ! % √ ( ), π, e, sqrt ln lg exp abs. A parser of its own, since the
   page's policy forbids evaluating text, and rightly. Pure: no page, no state. */

const LONGEST = 200;
const MOST_FACTORIAL = 170;
const NAMES = { pi: Math.PI, e: Math.E };
const FUNCTIONS = { sqrt: Math.sqrt, ln: Math.log, lg: Math.log10, log: Math.log10, exp: Math.exp, abs: Math.abs };
const SAME = { "×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "π": "pi", "√": "sqrt" };
const TOKEN = /\s*(?:(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)|([a-z]+)|([-+*/^!%()]))/iy;

/** The value, or null for what is no expression or has no finite value. */
export function calculate(text) {
  try {
    const tokens = tokenise(text.normalize("NFKC").replace(/[×·÷−–π√]/g, (sign) => SAME[sign]));
    const reader = new Reader(tokens);
    const value = reader.sum();
    return reader.isAtEnd && Number.isFinite(value) ? value : null;
  } catch {
    return null;
  }
}

/** Twelve significant digits, as a calculator shows them. */
export function show(value) {
  return String(Number(value.toPrecision(12))).replace("-", "−");
}

function tokenise(text) {
  if (text.length > LONGEST) throw new RangeError("too long");
  const tokens = [];
  TOKEN.lastIndex = 0;
  const source = text.trimEnd();
  while (TOKEN.lastIndex < source.length) {
    const found = TOKEN.exec(source);
    if (!found) throw new SyntaxError("unknown sign");
    if (found[1]) tokens.push(Number(found[1]));
    else tokens.push((found[2] ?? found[3]).toLowerCase());
  }
  return tokens;
}

class Reader {
  #at = 0;

  constructor(tokens) {
    this.tokens = tokens;
  }

  get isAtEnd() {
    return this.#at === this.tokens.length;
  }

  #take(...signs) {
    if (!signs.includes(this.tokens[this.#at])) return null;
    return this.tokens[this.#at++];
  }

  sum() {
    let value = this.product();
    for (let sign = this.#take("+", "-"); sign; sign = this.#take("+", "-")) {
      const next = this.product();
      value = sign === "+" ? value + next : value - next;
    }
    return value;
  }

  product() {
    let value = this.signed();
    for (;;) {
      if (this.#take("*")) value *= this.signed();
      else if (this.#take("/")) value /= this.signed();
      else if (this.#beginsValue) value *= this.power(); // 2π, 3(4+1)
      else return value;
    }
  }

  get #beginsValue() {
    const next = this.tokens[this.#at];
    return next === "(" || (typeof next === "string" && /^[a-z]/.test(next));
  }

  signed() {
    if (this.#take("-")) return -this.signed();
    if (this.#take("+")) return this.signed();
    return this.power();
  }

  power() {
    const base = this.postfix();
    return this.#take("^") ? base ** this.signed() : base;
  }

  postfix() {
    let value = this.primary();
    for (let sign = this.#take("!", "%"); sign; sign = this.#take("!", "%")) {
      value = sign === "%" ? value / 100 : factorial(value);
    }
    return value;
  }

  primary() {
    const token = this.tokens[this.#at++];
    if (typeof token === "number") return token;
    if (token === "(") return this.#rest();
    if (Object.hasOwn(NAMES, token)) return NAMES[token];
    if (!Object.hasOwn(FUNCTIONS, token)) throw new SyntaxError("a value is missing");
    return FUNCTIONS[token](this.#take("(") ? this.#rest() : this.primary());
  }

  /** What stands in brackets; the last bracket may be left open, as calculators let it. */
  #rest() {
    const value = this.sum();
    if (!this.#take(")") && !this.isAtEnd) throw new SyntaxError("a bracket is missing");
    return value;
  }
}

function factorial(n) {
  if (!Number.isInteger(n) || n < 0 || n > MOST_FACTORIAL) return NaN;
  let value = 1;
  for (let i = 2; i <= n; i += 1) value *= i;
  return value;
}
