/** The page: its parts are put together here. */

import { Comparison } from "./compare.js";
import { Gallery } from "./gallery.js";
import { fill } from "./options.js";
import { picker } from "./picker.js";
import { Resizer } from "./resize.js";
import { json } from "./service.js";

const [resize, compare, gallery] = ["resize", "compare", "gallery"].map((id) =>
  document.getElementById(id),
);
const resizer = new Resizer(resize);
const comparison = new Comparison(compare);

async function start() {
  const settings = await json("page/settings.json");
  document.querySelector("#signed").hidden = settings.unsigned;
  await fill(resize.querySelector(".options"));
  const most = settings.upload_bytes;
  picker(resize.querySelector(".picker"), {
    most,
    chosen(picture) {
      resizer.take(picture);
      comparison.take("first", picture);
    },
    refused: resizer.refuse,
  });
  picker(compare.querySelector(".picker"), {
    most,
    chosen: (picture) => comparison.take("second", picture),
    refused: comparison.refuse,
  });
  gallery.querySelector(".note").hidden = settings.catalog;
  if (settings.catalog && settings.unsigned) {
    await new Gallery(gallery).load();
  }
}

function begin() {
  start().catch((problem) => resizer.refuse(problem, begin));
}

begin();
