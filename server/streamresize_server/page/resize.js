/** A picture beside itself in another size, as soon as an option changes. */

import { Notice, element } from "./notice.js";
import { chosen, wrong } from "./options.js";
import { display, show } from "./picture.js";
import { address, ask } from "./service.js";
import { bytes, milliseconds, size } from "./units.js";

const PAUSE = 250; // milliseconds without a change before the service is asked
const MANNER = {
  headers: { Accept: "image/avif,image/webp,image/*;q=0.8", Prefer: "whole" },
  cache: "no-store", // what was told of an earlier answer is not true of this one
};
const PATH = "v1/thumbnail";

export class Resizer {
  #section;
  #form;
  #notice;
  #picture = null;
  #shown = new AbortController();
  #asked = new AbortController();
  #timer = 0;

  constructor(section) {
    this.#section = section;
    this.#form = section.querySelector(".options");
    this.#notice = new Notice(section.querySelector(".notice"));
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    this.#form.addEventListener("input", () => this.#soon());
    this.#form.addEventListener("reset", () => this.#soon());
    const copy = section.querySelector(".copy");
    copy.querySelector("button").addEventListener("click", () => this.#copy(copy));
  }

  refuse = (problem, again) => this.#notice.fail(problem, again);

  /** Show another picture. */
  take(picture) {
    this.#picture = picture;
    this.#reveal(false);
    this.#showOriginal();
    this.#resize();
  }

  #reveal(known) {
    for (const part of this.#section.querySelectorAll(".pair, .told")) {
      part.hidden = !known;
    }
  }

  #soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#resize(), PAUSE);
  }

  async #showOriginal() {
    this.#shown.abort();
    const { signal } = (this.#shown = new AbortController());
    const figure = this.#section.querySelector(".original");
    const [image, caption] = [figure.querySelector("img"), figure.querySelector(".caption")];
    caption.textContent = image.alt = "";
    try {
      await show(image, this.#picture, signal);
      image.alt = `Original picture ${this.#picture.name}`;
      caption.textContent = await this.#picture.caption(image, signal);
    } catch (error) {
      this.#notice.fail(error, () => this.take(this.#picture));
    }
  }

  async #resize() {
    clearTimeout(this.#timer);
    const control = wrong(this.#form);
    this.#asked.abort();
    if (!this.#picture) {
      return;
    }
    if (control) {
      this.#notice.say(`${control.name}: ${control.validationMessage}`);
      return;
    }
    const { signal } = (this.#asked = new AbortController());
    const figure = this.#section.querySelector(".result");
    const work = () => this.#ask(figure, signal);
    await this.#notice.attempt(figure, signal, work, () => this.#resize());
  }

  async #ask(figure, signal) {
    const picture = this.#picture;
    const query = { ...picture.query, ...chosen(this.#form) };
    const start = performance.now();
    const response = await ask(PATH, { query, body: picture.body, signal, ...MANNER });
    const blob = await response.blob();
    const taken = performance.now() - start;
    const image = figure.querySelector("img");
    const readable = await display(image, blob);
    if (signal.aborted) {
      return;
    }
    const { naturalWidth: width, naturalHeight: height } = image;
    const sides = readable ? size(width, height) : "a format that this browser does not show";
    const summary = `${sides}, ${bytes(blob.size)}, ${blob.type}`;
    image.alt = "Resized picture";
    figure.querySelector(".caption").textContent = summary;
    this.#tell(response.headers, picture, { blob, sides, taken });
    this.#writeAddress(picture, query, blob.type);
    this.#reveal(true);
    this.#notice.say(`Resized to ${summary}, in ${milliseconds(taken)}.`);
  }

  #tell(headers, picture, { blob, sides, taken }) {
    const read = Number(headers.get("X-Bytes-Read"));
    const whole = picture.body ? ` of ${bytes(picture.body.size)}` : "";
    const memory = Number(headers.get("X-Memory-Estimate"));
    const facts = {
      Size: sides,
      Bytes: `${blob.size.toLocaleString("en")} (${bytes(blob.size)})`,
      Format: blob.type,
      pHash: headers.get("X-Image-Phash") ?? "not told",
      "Time, with the network": milliseconds(taken),
      "Time in the service": stages(headers.get("Server-Timing")),
      "Bytes read": read ? `${bytes(read)}${whole}` : "none: it was kept",
      "Memory, at most": memory ? bytes(memory) : "none: it was kept",
    };
    const lines = Object.entries(facts).map(([name, value]) =>
      element("div", {}, element("dt", {}, name), element("dd", {}, value)),
    );
    this.#section.querySelector(".facts").replaceChildren(...lines);
  }

  #writeAddress(picture, query, type) {
    const url = address(PATH, query).href;
    const copy = this.#section.querySelector(".copy");
    copy.querySelector("label span").textContent = picture.body ? "Command" : "Address";
    copy.querySelector("textarea").value = picture.body ? curl(picture.name, url, type) : url;
  }

  async #copy(copy) {
    const text = copy.querySelector("textarea");
    text.select();
    try {
      await navigator.clipboard.writeText(text.value);
      this.#notice.say("Copied.");
    } catch {
      this.#notice.say("Selected: copy it with the keyboard.");
    }
  }
}

/** "decode 12.0 ms, encode 3.1 ms" of "decode;dur=12.0, encode;dur=3.1". */
function stages(timing) {
  const found = [...(timing ?? "").matchAll(/([\w-]+);dur=([\d.]+)/g)];
  return found.map(([, name, time]) => `${name} ${milliseconds(Number(time))}`).join(", ") || "none";
}

function curl(name, url, type) {
  const extension = type.split("/")[1];
  return `curl --data-binary @${quoted(name)} ${quoted(url)} -o resized.${extension}`;
}

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
