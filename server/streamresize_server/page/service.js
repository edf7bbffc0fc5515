/** Questions to the service, and what goes wrong with them, in words. */

const WORDS = {
  413: "Too large",
  415: "Not a picture that the service reads",
  422: "Damaged",
  429: "The service is busy",
};
const LATER = new Set([429, 502, 503, 504]);
const UNREACHABLE = "The service cannot be reached. Is this machine online?";

/** `passes`: the same question may be answered later. */
export class Problem extends Error {
  constructor(message, passes = false) {
    super(message);
    this.passes = passes;
  }
}

export function address(path, query = {}) {
  const url = new URL(path, document.baseURI);
  url.search = new URLSearchParams(query);
  return url;
}

/** The response. Throws Problem, or AbortError where the signal said so. */
export async function ask(path, { query, ...options } = {}) {
  const method = options.body ? "POST" : "GET";
  const response = await fetch(address(path, query), { method, ...options }).catch((error) => {
    throw error.name === "AbortError" ? error : new Problem(UNREACHABLE, true);
  });
  if (!response.ok) {
    throw await problemOf(response);
  }
  return response;
}

export async function json(path, options) {
  return (await ask(path, options)).json();
}

async function problemOf(response) {
  const told = await response.json().catch(() => ({}));
  const words = WORDS[response.status] ?? told.title ?? `Status ${response.status}`;
  const seconds = response.headers.get("Retry-After");
  const parts = [told.detail ? `${words}: ${told.detail}` : words];
  if (seconds) {
    parts.push(`Try again in ${seconds} s.`);
  }
  return new Problem(parts.join(". "), LATER.has(response.status));
}
