/** What a part of the page has to say, read aloud by screen readers. */

import { Problem } from "./service.js";

export class Notice {
  #status = element("p", { role: "status" });
  #alert = element("p", { role: "alert" });
  #button = element("button", { type: "button" });
  #again = () => {};

  constructor(place) {
    this.#button.textContent = "Try again";
    this.#button.hidden = true;
    this.#button.addEventListener("click", () => this.#again());
    place.append(this.#status, this.#alert, this.#button);
  }

  say(text) {
    this.#tell(text, "");
  }

  /** Do something, its place marked as busy until the signal says that others do. */
  async attempt(place, signal, work, again) {
    place.setAttribute("aria-busy", "true");
    try {
      await work();
    } catch (error) {
      this.fail(error, again);
    }
    if (!signal.aborted) {
      place.removeAttribute("aria-busy");
    }
  }

  /** `again`: does what failed once more. Bugs are thrown on; what was given up is no failure. */
  fail(error, again) {
    if (error.name === "AbortError") {
      return;
    }
    if (!(error instanceof Problem)) {
      throw error;
    }
    this.#tell("", error.message);
    this.#again = again;
    this.#button.hidden = !error.passes;
  }

  #tell(status, alert) {
    this.#status.textContent = status;
    this.#alert.textContent = alert;
    this.#button.hidden = true;
  }
}

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    made.setAttribute(attribute, value);
  }
  made.append(...children);
  return made;
}
