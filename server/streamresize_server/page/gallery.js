/** The pictures of the catalog, and those that are nearest to one of them. */

import { Notice, element } from "./notice.js";
import { address, json } from "./service.js";
import { size } from "./units.js";

const PAGE = 48;
const NEAREST = 20;
const SIDE = 256;

export class Gallery {
  #section;
  #notice;
  #more;
  #after = 0;
  #asked = new AbortController();

  constructor(section) {
    this.#section = section;
    this.#notice = new Notice(section.querySelector(".notice"));
    this.#more = section.querySelector(".more");
    this.#more.addEventListener("click", () => this.#loadMore());
    section.addEventListener("click", (event) => {
      const tile = event.target.closest("[data-number]");
      if (tile) {
        this.#choose(tile.dataset.number);
      }
    });
  }

  /** Add the next page. */
  async load() {
    try {
      const query = { after: this.#after, limit: PAGE };
      const { pictures, next, total } = await json("v1/catalog", { query });
      const all = this.#section.querySelector(".all");
      all.append(...pictures.map((picture) => tile(picture, "")));
      this.#after = next;
      this.#more.hidden = next === null;
      this.#notice.say(`${all.children.length} of ${total} pictures.`);
    } catch (error) {
      this.#notice.fail(error, () => this.load());
    }
  }

  /** The first of the pictures that have come has the focus then. */
  async #loadMore() {
    if (this.#more.ariaBusy === "true") {
      return;
    }
    this.#more.ariaBusy = "true";
    const last = this.#section.querySelector(".all").lastElementChild;
    await this.load();
    last.nextElementSibling?.querySelector("button").focus();
    this.#more.ariaBusy = "false";
  }

  async #choose(number) {
    this.#asked.abort();
    const { signal } = (this.#asked = new AbortController());
    try {
      const query = { k: NEAREST };
      const { nearest } = await json(`v1/catalog/${number}/nearest`, { query, signal });
      this.#showNearest(number, nearest);
    } catch (error) {
      this.#notice.fail(error, () => this.#choose(number));
    }
  }

  #showNearest(number, nearest) {
    const box = this.#section.querySelector(".nearest");
    const title = `The ${nearest.length} nearest to picture ${number}`;
    box.querySelector("h3").textContent = title;
    const tiles = nearest.map((picture) => tile(picture, `distance ${picture.distance}`));
    box.querySelector("ul").replaceChildren(...tiles);
    box.hidden = false;
    for (const button of this.#section.querySelectorAll("[data-number]")) {
      button.setAttribute("aria-pressed", String(button.dataset.number === number));
    }
    box.scrollIntoView({ block: "nearest" });
    this.#notice.say(`${title} are shown.`);
  }
}

function tile({ number, width, height, sources }, note) {
  const image = element("img", {
    src: address(`v1/catalog/${number}/thumbnail`, { side: SIDE }),
    loading: "lazy",
    width: SIDE,
    height: SIDE,
    alt: "",
  });
  const facts = [`${number}: ${size(width, height)}`, named(sources), note].filter(Boolean);
  const lines = facts.map((fact) => element("span", {}, fact));
  const button = { type: "button", "data-number": number, "aria-pressed": "false" };
  return element("li", {}, element("button", button, image, ...lines));
}

function named([source = {}]) {
  const [name = ""] = Object.values(source);
  return name.split("/").at(-1);
}
