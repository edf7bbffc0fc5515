/** Whether two pictures show the same, and where. */

import { Notice } from "./notice.js";
import { show } from "./picture.js";
import { json } from "./service.js";

const SVG = "http://www.w3.org/2000/svg";
const NEEDED = "Choose a first picture above.";

export class Comparison {
  #section;
  #notice;
  #pictures = { first: null, second: null };
  #asked = new AbortController();

  constructor(section) {
    this.#section = section;
    this.#notice = new Notice(section.querySelector(".notice"));
  }

  refuse = (problem) => this.#notice.fail(problem);

  /** `place`: "first" or "second". */
  take(place, picture) {
    this.#pictures[place] = picture;
    this.#compare();
  }

  async #compare() {
    this.#asked.abort();
    const { first, second } = this.#pictures;
    if (!second) {
      return;
    }
    if (!first) {
      this.#notice.say(NEEDED);
      return;
    }
    const { signal } = (this.#asked = new AbortController());
    const pair = this.#section.querySelector(".pair");
    const work = () => this.#ask(pair, first, second, signal);
    await this.#notice.attempt(pair, signal, work, () => this.#compare());
  }

  async #ask(pair, first, second, signal) {
    const frames = ["first", "second"].map((name) => pair.querySelector(`.${name} .frame`));
    frames.forEach((frame) => outline(frame, null));
    pair.hidden = false;
    const images = frames.map((frame) => frame.querySelector("img"));
    await Promise.all([show(images[0], first, signal), show(images[1], second, signal)]);
    const body = new FormData();
    body.append("a", await first.blob(signal), "a");
    body.append("b", await second.blob(signal), "b");
    const found = await json("v1/compare", { body, signal });
    outline(frames[0], found.b_in_a);
    outline(frames[1], found.a_in_b);
    this.#notice.say(words(found));
  }
}

function words({ match, score, relation, query_part: first, picture_part: second }) {
  if (!match) {
    return "They do not show the same.";
  }
  const shown = `${percent(area(first))} of the first and ${percent(area(second))} of the second`;
  return `They match, with a score of ${percent(score)}: ${shown} show the same.
    The first is of the second: ${relation}.`;
}

function area([left, top, right, bottom]) {
  return (right - left) * (bottom - top);
}

function percent(part) {
  return `${Math.round(100 * part)} %`;
}

/** Draw a quadrilateral over a picture. `corners`: (x, y) as parts of its sides, or nothing. */
function outline(frame, corners) {
  frame.querySelector("svg")?.remove();
  if (!corners) {
    return;
  }
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 1 1");
  drawing.setAttribute("preserveAspectRatio", "none");
  drawing.setAttribute("aria-hidden", "true");
  for (const name of ["edge", "line"]) {
    const polygon = document.createElementNS(SVG, "polygon");
    polygon.setAttribute("class", name);
    polygon.setAttribute("points", corners.map((corner) => corner.join(",")).join(" "));
    drawing.append(polygon);
  }
  frame.append(drawing);
}
