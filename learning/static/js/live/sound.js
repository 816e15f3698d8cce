/* Short sounds made by the browser itself; silent until somebody has pressed the button for it. */

let context = null;

export function wakeSound() {
  context ??= new AudioContext();
  void context.resume();
}

function tone(hertz, at, lasts, kind = "sine", loud = 0.25) {
  const start = context.currentTime + at;
  const source = context.createOscillator();
  const gain = context.createGain();
  source.type = kind;
  source.frequency.value = hertz;
  gain.gain.setValueAtTime(loud, start);
  gain.gain.exponentialRampToValueAtTime(0.001, start + lasts);
  source.connect(gain).connect(context.destination);
  source.start(start);
  source.stop(start + lasts);
}

const SOUNDS = {
  start: () => tone(880, 0, 0.35),
  buzz: () => { tone(523, 0, 0.18, "square", 0.15); tone(784, 0.12, 0.3, "square", 0.15); },
  right: () => { tone(659, 0, 0.2); tone(880, 0.16, 0.2); tone(1319, 0.32, 0.5); },
  wrong: () => { tone(233, 0, 0.3, "sawtooth", 0.15); tone(175, 0.25, 0.5, "sawtooth", 0.15); },
  tick: () => tone(1000, 0, 0.06),
  up: () => tone(330, 0, 0.9, "triangle"),
};

export function play(name) {
  if (context?.state === "running") SOUNDS[name]();
}
