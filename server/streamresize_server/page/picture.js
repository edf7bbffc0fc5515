/** A picture that somebody has chosen: a file to upload, or a source that the service can read. */

import { Problem, ask, json } from "./service.js";
import { bytes, size } from "./units.js";

const PREVIEW = { width: 1024, format: "jpeg" };
const TURNED = 5; // from this EXIF orientation on, width and height change places

class Upload {
  constructor(file) {
    this.name = file.name;
    this.body = file;
    this.query = {};
  }

  async blob() {
    return this.body;
  }

  async caption(image) {
    return `${size(image.naturalWidth, image.naturalHeight)}, ${bytes(this.body.size)}`;
  }
}

class Source {
  constructor(text) {
    this.name = text;
    this.body = undefined;
    this.query = text.includes("://") ? { url: text } : { path: text };
  }

  async blob(signal) {
    return preview(this, signal);
  }

  async caption(_, signal) {
    const info = await json("v1/info", { query: this.query, signal });
    const sides = [info.width, info.height];
    return `${size(...(info.orientation < TURNED ? sides : sides.reverse()))}, ${info.format}`;
  }
}

/** Throws Problem for a file that is larger than `most` bytes: browsers lose such an answer. */
export function upload(file, most) {
  if (file.size > most) {
    const sizes = `${bytes(file.size)}, and the service takes ${bytes(most)}`;
    throw new Problem(`Too large: ${sizes} (setting upload_bytes).`);
  }
  return new Upload(file);
}

export function source(text) {
  return new Source(text.trim());
}

/** Show a picture in an image element, by the service where the browser cannot read the format. */
export async function show(image, picture, signal) {
  const blob = await picture.blob(signal);
  if (!(await display(image, blob))) {
    await display(image, await preview(picture, signal));
  }
}

/** False where the browser cannot read it. */
export async function display(image, blob) {
  const old = image.src;
  image.src = URL.createObjectURL(blob);
  if (old) {
    URL.revokeObjectURL(old);
  }
  return image.decode().then(() => true, () => false);
}

async function preview({ query, body }, signal) {
  return (await ask("v1/thumbnail", { query: { ...query, ...PREVIEW }, body, signal })).blob();
}
