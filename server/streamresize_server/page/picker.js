/** Where a picture is chosen: a button that is a place to drop files, too, and a field for sources. */

import { source, upload } from "./picture.js";

/** `chosen` is called with a picture, `refused` with a Problem. */
export function picker(place, { most, chosen, refused }) {
  place.append(document.querySelector("#picker").content.cloneNode(true));
  const button = place.querySelector(".drop");
  const input = place.querySelector("input[type=file]");
  const form = place.querySelector("form");

  function take([file]) {
    if (!file) {
      return;
    }
    try {
      chosen(upload(file, most));
    } catch (error) {
      refused(error);
    }
  }

  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    take(input.files);
    input.value = "";
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    chosen(source(form.elements.source.value));
  });
  takeDrops(button, take);
}

function takeDrops(zone, take) {
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    take(event.dataTransfer.files);
  });
}
