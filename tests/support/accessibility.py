"""What anybody needs of a page, as scripts for `Browser.run`."""

from __future__ import annotations

# (Contrast, element) of every text and its ground (WCAG 2.2, 1.4.3).
CONTRASTS = """
const context = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
function channels(color) {
  context.clearRect(0, 0, 1, 1);
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data];
}
function luminance(rgb) {
  const [r, g, b] = rgb.map((level) => {
    const part = level / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function ground(element) {
  for (let outer = element; outer; outer = outer.parentElement) {
    const found = channels(getComputedStyle(outer).backgroundColor);
    if (found[3] === 255) return found;
  }
  return [255, 255, 255, 255];
}
const texts = [...document.body.querySelectorAll("*")].filter((element) =>
  element.checkVisibility() && !["SCRIPT", "NOSCRIPT", "OPTION"].includes(element.tagName) &&
  (/^(INPUT|SELECT|TEXTAREA)$/.test(element.tagName) ||
   [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())));
return texts.map((element) => {
  const both = [channels(getComputedStyle(element).color), ground(element)];
  const [light, dark] = both.map((rgb) => luminance(rgb.slice(0, 3))).sort((a, b) => b - a);
  return [(light + 0.05) / (dark + 0.05), element.outerHTML.slice(0, 80)];
});
"""
# Controls that are too low for a finger.
HARD_TO_TOUCH = """
return [...document.querySelectorAll("button, select, input, textarea")].filter((element) =>
  element.checkVisibility() && element.offsetHeight < 40).map((element) => element.outerHTML);
"""
# What begins or ends to the right of the window.
BEYOND_THE_EDGE = """
return [...document.body.querySelectorAll("*")].filter((element) =>
  element.checkVisibility() && !element.closest(".skip, svg") &&
  element.getBoundingClientRect().right > innerWidth + 0.5).map(({outerHTML}) => outerHTML);
"""
# Of what has the focus.
OUTLINE = """
const {outlineStyle, outlineWidth} = getComputedStyle(document.activeElement);
return [outlineStyle, outlineWidth, document.activeElement.outerHTML];
"""
