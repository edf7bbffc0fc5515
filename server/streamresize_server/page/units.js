/** Quantities as people read them. */

const STEP = 1000;
const UNITS = ["bytes", "kB", "MB", "GB"];

export function bytes(number) {
  let value = number;
  let unit = 0;
  while (value >= STEP && unit < UNITS.length - 1) {
    value /= STEP;
    unit += 1;
  }
  return `${unit ? value.toPrecision(3) : value} ${UNITS[unit]}`;
}

export function milliseconds(number) {
  return number < STEP ? `${number.toPrecision(3)} ms` : `${(number / STEP).toPrecision(3)} s`;
}

export function size(width, height) {
  return `${width} × ${height}`;
}
