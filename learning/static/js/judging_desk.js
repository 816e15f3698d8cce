/* A judge's desk by keyboard: what was said before stands selected, so that typing replaces it. */

document.querySelector("#percent")?.select();
