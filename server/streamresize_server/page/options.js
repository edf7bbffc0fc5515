/** A control for every option of thumbnails, made from the service's description of itself. */

import { element } from "./notice.js";
import { json } from "./service.js";

const FIRST = ["width", "height", "fit", "format", "quality", "gravity"];
const START = { width: "512" };
const SOURCE = new Set(["url", "path"]);
const FLAGS = ["true", "false"];

/** Fill a form. Parameters that stand for several pictures, and second names, have no control. */
export async function fill(form) {
  const [first, others] = form.querySelectorAll(".fields");
  const { paths } = await json("openapi.json");
  for (const parameter of paths["/v1/thumbnail"].get.parameters.filter(isControlled)) {
    (FIRST.includes(parameter.name) ? first : others).append(...field(parameter));
  }
}

/** What has been chosen, as a query. */
export function chosen(form) {
  return Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
}

/** The first control with a value that cannot be; all of them are marked. */
export function wrong(form) {
  const controls = [...form.elements].filter((control) => control.name);
  for (const control of controls) {
    control.setAttribute("aria-invalid", String(!control.validity.valid));
  }
  return controls.find((control) => !control.validity.valid);
}

function isControlled({ name, schema, "x-same-as": first }) {
  return !first && !SOURCE.has(name) && schema.type !== "array";
}

function field({ name, description, schema }) {
  const hint = element("small", { id: `hint-${name}` }, description);
  const made = control(name, schema);
  made.id = `option-${name}`;
  made.setAttribute("aria-describedby", hint.id);
  const label = element("label", { for: made.id }, name.replaceAll("_", " "));
  return [element("div", {}, label, made, hint, ...suggestions(made, schema))];
}

function control(name, schema) {
  const values = schema.type === "boolean" ? FLAGS : schema.enum;
  if (values) {
    const choices = values.map((value) => element("option", { value }, String(value)));
    return element("select", { name }, element("option", { value: "" }, "default"), ...choices);
  }
  const made = element("input", { name, ...kind(schema) });
  made.defaultValue = START[name] ?? "";
  return made;
}

function kind(schema) {
  if (schema.type === "string") {
    return { type: "text", ...(schema.pattern ? { pattern: schema.pattern } : {}) };
  }
  const bounds = { min: schema.minimum ?? schema.exclusiveMinimum, max: schema.maximum };
  const given = Object.entries(bounds).filter(([, bound]) => bound !== undefined);
  const step = schema.type === "integer" ? "1" : "any";
  return { type: "number", step, ...Object.fromEntries(given) };
}

function suggestions(input, { examples }) {
  if (!examples) {
    return [];
  }
  const list = element("datalist", { id: `values-${input.name}` });
  list.append(...examples.map((value) => element("option", { value })));
  input.setAttribute("list", list.id);
  return [list];
}
