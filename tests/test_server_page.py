"""The page at /, used in Chromium as people use it."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

import streamresize
from streamresize.catalog import Catalog, read_picture
from streamresize_server import Settings
from streamresize_server.query import PARAMETERS, REPEATED
from streamresize_server.routes.page import assets

from .support.accessibility import BEYOND_THE_EDGE, CONTRASTS, HARD_TO_TOUCH, OUTLINE
from .support.browser import Browser, browser, missing
from .support.pictures import pillow_jpeg, scene
from .support.serving import ask, in_thread, talk

WIDTH, HEIGHT = 480, 360  # of a scene
LEFT, TOP, RIGHT, BOTTOM = PART = 100, 50, 420, 300
TIMES = "\N{MULTIPLICATION SIGN}"
PICTURES = 50  # of the catalog, more than a page
LATE_STATUS = """
const answers = window.fetch;
window.fetch = async (...question) => {
  window.fetch = answers;
  const body = JSON.stringify({title: "Too Many Requests", status: 429, detail: "all is taken"});
  return new Response(body, {status: 429, headers: {"Retry-After": "2"}});
};
"""
UNANSWERED = """
window.questions = [];
window.fetch = (url, {signal}) => {
  const question = [url.search.slice(1), false];
  questions.push(question);
  signal.addEventListener("abort", () => { question[1] = true; });
  return new Promise(() => {});
};
"""
CHANGES = """
const control = document.querySelector("[name=width]");
for (const value of arguments[0]) {
  control.value = value;
  control.dispatchEvent(new InputEvent("input", {bubbles: true}));
}
"""
FACTS = """
const lines = [...document.querySelectorAll(".facts div")];
return Object.fromEntries(lines.map((line) => line.innerText.split("\\n")));
"""
NATURAL = """
const {naturalWidth, naturalHeight} = document.querySelector(".result img");
return [naturalWidth, naturalHeight];
"""
COLUMNS = """
const {gridTemplateColumns} = getComputedStyle(document.querySelector("#resize .pair"));
return gridTemplateColumns.split(" ").filter((width) => width !== "0px").length;
"""


class Site(NamedTuple):
    """folder: files below the root. small: a service without catalog that takes little."""

    address: str
    small: str
    folder: Path


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("page")
    where = str(folder / "cat.db")
    with Catalog.open(where) as catalog:
        for number in range(PICTURES):
            file, shown = folder / f"{number}.jpg", scene(number % (PICTURES - 1), 160, 120)
            file.write_bytes(pillow_jpeg(shown, quality=95 - number))
            catalog.add(read_picture(str(file)))
    (folder / "whole.jpg").write_bytes(pillow_jpeg(scene(3)))
    (folder / "part.jpg").write_bytes(pillow_jpeg(scene(3).crop(PART)))
    (folder / "other.jpg").write_bytes(pillow_jpeg(scene(5)))
    (folder / "text.jpg").write_text("no picture")
    few = Settings(upload_bytes=100_000, max_pixels=100_000)
    chosen: dict[str, Any] = {"catalog": where}
    with in_thread(Settings(roots=(folder,), **chosen)) as address, in_thread(few) as small:
        yield Site(address, small, folder)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if reason := missing():
        pytest.skip(reason)
    with browser() as started:
        yield started


@pytest.fixture
def page(chromium: Browser, site: Site) -> Iterator[Browser]:
    """The page, ready; at the end, it has asked nobody else, and nothing has gone wrong in it."""
    chromium.open(f"{site.address}/")
    ready(chromium)
    yield chromium
    assert chromium.console_errors() == []
    asked = [event["request"]["url"] for event in chromium.events("Network.requestWillBeSent")]
    assert asked
    assert [url for url in asked if not url.startswith((site.address, "blob:"))] == []


def ready(page: Browser) -> None:
    page.wait(lambda: page.all("#compare .drop"))


def said(page: Browser, part: str) -> str:
    return page.find(f"#{part} [role=status]").text


def alarm(page: Browser, part: str) -> str:
    """What is wrong, once something is."""
    return page.wait(lambda: page.find(f"#{part} [role=alert]").text)


def give(page: Browser, part: str, file: Path) -> None:
    page.find(f"#{part} input[type=file]").send_keys(str(file))


def choose(page: Browser, name: str, value: str) -> None:
    if not page.find(f"[name={name}]").is_displayed():
        page.find("summary").click()
    control = page.find(f"[name={name}]")
    if control.tag_name != "select":
        control.clear()
    control.send_keys(value)


def becomes(page: Browser, width: int, height: int) -> None:
    """The resized picture."""
    page.wait(lambda: page.run(NATURAL) == [width, height])


def facts(page: Browser) -> dict[str, str]:
    told: dict[str, str] = page.run(FACTS)
    return told


def test_an_upload_is_resized_and_told_about(page: Browser, site: Site) -> None:
    file = site.folder / "whole.jpg"
    give(page, "resize", file)
    becomes(page, 480, 360)
    choose(page, "width", "200")
    becomes(page, 200, 150)
    expected = streamresize.thumbnail(file.read_bytes(), (200, None))
    page.wait(lambda: said(page, "resize").startswith(f"Resized to 200 {TIMES} 150"))
    told = facts(page)
    assert told["Size"] == f"200 {TIMES} 150"
    assert told["Bytes"].startswith(f"{len(expected):,} ")
    assert told["Format"] == "image/jpeg"
    phash = streamresize.process(file.read_bytes(), [], fingerprint=True).fingerprint
    assert told["pHash"] == str(phash)
    assert told["Bytes read"].startswith(f"{file.stat().st_size / 1000:.1f} kB of")
    assert "decode" in told["Time in the service"]
    assert told["Memory, at most"].endswith("MB")
    assert page.find(".original .caption").text.startswith(f"480 {TIMES} 360, ")
    shown = page.pixels(page.find(".result img")).astype(int)
    picture = np.asarray(Image.open(BytesIO(expected)), int)
    assert shown.shape == picture.shape
    assert np.abs(shown - picture).mean() < 1


def test_every_option_has_a_control_that_works(page: Browser, site: Site) -> None:
    controls = {e.get_dom_attribute("name") for e in page.all(".fields [name]")}
    assert controls == {p.field for p in PARAMETERS} - {"url", "path", REPEATED}
    give(page, "resize", site.folder / "whole.jpg")
    for name, value, size in (
        ("width", "100", (100, 75)),
        ("height", "100", (100, 75)),
        ("fit", "cover", (100, 100)),
        ("region", "0,0,50%,100%", (100, 100)),
        ("fit", "contain", (67, 100)),
        ("rotate", "90", (100, 67)),
        ("padding", "10", (120, 87)),
    ):
        choose(page, name, value)
        becomes(page, *size)
    choose(page, "format", "webp")
    page.wait(lambda: facts(page).get("Format") == "image/webp")
    command = page.find(".copy textarea").get_property("value")
    assert str(command).startswith("curl --data-binary @'whole.jpg' 'http://127.0.0.1:")
    assert "rotate=90" in str(command)
    assert str(command).endswith(" -o resized.webp")
    page.find(".options [type=reset]").click()
    becomes(page, 480, 360)


def test_what_cannot_be_is_said_and_not_asked(page: Browser, site: Site) -> None:
    give(page, "resize", site.folder / "whole.jpg")
    page.wait(lambda: said(page, "resize").startswith("Resized"))
    choose(page, "quality", "101")
    page.wait(lambda: said(page, "resize").startswith("quality: "))
    assert page.find("[name=quality]").get_dom_attribute("aria-invalid") == "true"
    choose(page, "quality", "50")
    page.wait(lambda: said(page, "resize").startswith("Resized"))
    assert page.find("[name=quality]").get_dom_attribute("aria-invalid") == "false"


def test_the_latest_change_counts(page: Browser, site: Site) -> None:
    give(page, "resize", site.folder / "whole.jpg")
    page.wait(lambda: said(page, "resize").startswith("Resized"))
    page.run(UNANSWERED)
    page.run(CHANGES, ["30", "40", "50"])
    page.wait(lambda: page.run("return questions") == [["width=50", False]])
    page.run(CHANGES, ["60", "70"])
    page.wait(lambda: page.run("return questions") == [["width=50", True], ["width=70", False]])


def test_a_source_by_its_path_has_an_address(page: Browser, site: Site) -> None:
    page.find("#resize [name=source]").send_keys("whole.jpg", Keys.ENTER)
    choose(page, "width", "64")
    becomes(page, 64, 48)
    page.wait(lambda: page.find(".original .caption").text == f"480 {TIMES} 360, jpeg")
    page.wait(lambda: "width=64" in str(page.find(".copy textarea").get_property("value")))
    address = str(page.find(".copy textarea").get_property("value"))
    assert address == f"{site.address}/v1/thumbnail?path=whole.jpg&width=64"
    assert facts(page)["Bytes read"].endswith(" kB")
    choose(page, "width", "65")
    becomes(page, 65, 49)
    choose(page, "width", "64")
    page.wait(lambda: facts(page)["Bytes read"] == "none: it was kept")
    page.find(".copy button").click()
    page.wait(lambda: said(page, "resize") in ("Copied.", "Selected: copy it with the keyboard."))


def test_a_large_answer_is_told_about_in_full(page: Browser, tmp_path: Path) -> None:
    random = np.random.default_rng(1).integers(0, 256, (1600, 2200, 3), np.uint8)
    (tmp_path / "large.jpg").write_bytes(pillow_jpeg(random))
    choose(page, "width", "2200")
    give(page, "resize", tmp_path / "large.jpg")
    becomes(page, 2200, 1600)
    page.wait(lambda: facts(page).get("pHash") not in (None, "not told"))
    assert "encode" in facts(page)["Time in the service"]


def test_a_dropped_file(page: Browser, site: Site) -> None:
    data = b64encode((site.folder / "whole.jpg").read_bytes()).decode()
    page.run(
        """
        const bytes = Uint8Array.from(atob(arguments[0]), (c) => c.charCodeAt(0));
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([bytes], "dropped.jpg"));
        const options = {dataTransfer, bubbles: true, cancelable: true};
        document.querySelector("#resize .drop").dispatchEvent(new DragEvent("drop", options));
        """,
        data,
    )
    becomes(page, 480, 360)


@pytest.mark.parametrize("first", ["upload", "source"])
def test_a_part_is_outlined_in_its_picture(page: Browser, site: Site, first: str) -> None:
    if first == "upload":
        give(page, "resize", site.folder / "whole.jpg")
    else:
        page.find("#resize [name=source]").send_keys("whole.jpg", Keys.ENTER)
    give(page, "compare", site.folder / "part.jpg")
    page.wait(lambda: said(page, "compare").startswith("They match"))
    shares = re.search(r"(\d+) % of the first and (\d+) % of the second", said(page, "compare"))
    assert shares
    part = (RIGHT - LEFT) * (BOTTOM - TOP) / (WIDTH * HEIGHT)
    assert [int(share) for share in shares.groups()] == pytest.approx([100 * part, 100], abs=2)
    picture, outline = page.run(
        """
        const box = (selector) => {
          const element = document.querySelector(selector);
          const {left, top, right, bottom} = element.getBoundingClientRect();
          return [left, top, right, bottom];
        };
        return [box("#compare .first img"), box("#compare .first polygon.line")];
        """
    )
    sides = np.subtract(picture[2:], picture[:2])
    found = np.subtract(outline, [*picture[:2], *picture[:2]]) / [*sides, *sides]
    expected = np.divide(PART, (WIDTH, HEIGHT, WIDTH, HEIGHT))
    assert np.abs(found - expected).max() < 0.02
    assert page.pixels(page.find("#compare .first .frame")).std() > 20


def test_pictures_that_do_not_match_have_no_outline(page: Browser, site: Site) -> None:
    give(page, "compare", site.folder / "other.jpg")
    page.wait(lambda: said(page, "compare") == "Choose a first picture above.")
    give(page, "resize", site.folder / "whole.jpg")
    page.wait(lambda: said(page, "compare") == "They do not show the same.")
    assert page.all("#compare polygon") == []


def tiles(page: Browser, selector: str) -> list[int]:
    return [int(e.get_dom_attribute("data-number")) for e in page.all(f"{selector} [data-number]")]


def test_the_catalog_is_shown_with_the_nearest(page: Browser, site: Site) -> None:
    page.wait(lambda: said(page, "gallery") == f"48 of {PICTURES} pictures.")
    page.find(".more").click()
    page.wait(lambda: tiles(page, ".all") == list(range(1, PICTURES + 1)))
    assert not page.find(".more").is_displayed()
    assert page.run("return document.activeElement.dataset.number") == "49"
    page.find(".all [data-number='1']").click()
    page.wait(lambda: said(page, "gallery") == "The 20 nearest to picture 1 are shown.")
    answer = talk(ask("GET", "/v1/catalog/1/nearest"), catalog=str(site.folder / "cat.db"))
    expected = answer.json()["nearest"]
    assert tiles(page, ".nearest") == [picture["number"] for picture in expected]
    assert expected[0]["number"] == PICTURES
    assert page.find(".nearest li").text.endswith(f"distance {expected[0]['distance']}")
    assert page.find(".all [data-number='1']").get_dom_attribute("aria-pressed") == "true"
    image = page.find(".nearest img")
    page.wait(lambda: page.run("return arguments[0].naturalWidth", image) == 160)
    assert page.pixels(image).std() > 20


def test_the_keyboard_is_enough(page: Browser, site: Site) -> None:
    page.wait(lambda: said(page, "gallery"))
    page.command("Page.setInterceptFileChooserDialog", enabled=True)
    press(page, Keys.TAB)
    assert page.run("return document.activeElement.className") == "skip"
    press(page, Keys.ENTER)
    assert page.run("return document.activeElement.id") == "resize"
    press(page, Keys.TAB)
    assert page.run("return document.activeElement.className") == "drop"
    press(page, Keys.ENTER)
    page.wait(lambda: page.events("Page.fileChooserOpened"))
    page.command("Page.setInterceptFileChooserDialog", enabled=False)
    press(page, Keys.TAB)
    press(page, *"whole.jpg", Keys.ENTER)
    becomes(page, 480, 360)
    reach(page, "[name=fit]")
    press(page, *"cover")
    reach(page, "[name=width]", back=True)
    press(page, "a", held=Keys.CONTROL)
    press(page, *"90")
    reach(page, "[name=height]")
    press(page, *"90")
    becomes(page, 90, 90)
    reach(page, "summary")
    press(page, Keys.ENTER)
    reach(page, "[name=mirror]")
    reach(page, ".copy button")
    reach(page, "#compare [name=source]")
    press(page, *"part.jpg", Keys.ENTER)
    page.wait(lambda: said(page, "compare").startswith("They match"))
    reach(page, "[data-number='1']")
    press(page, Keys.ENTER)
    page.wait(lambda: page.find(".nearest").is_displayed())


def press(page: Browser, *keys: str, held: str = "") -> None:
    chain = ActionChains(page.driver)
    if held:
        chain.key_down(held).send_keys(*keys).key_up(held).perform()
    else:
        chain.send_keys(*keys).perform()


def reach(page: Browser, selector: str, *, back: bool = False) -> None:
    """By the tabulator; whatever has the focus shows it."""
    for _ in range(80):
        if page.run("return document.activeElement.matches(arguments[0])", selector):
            return
        press(page, Keys.TAB, held=Keys.SHIFT if back else "")
        assert page.run(OUTLINE)[:2] == ["solid", "3px"]
    raise AssertionError(f"{selector} cannot be reached")


def filled(page: Browser, site: Site) -> None:
    """Everything that the page has is shown."""
    give(page, "resize", site.folder / "whole.jpg")
    give(page, "compare", site.folder / "part.jpg")
    page.wait(lambda: said(page, "compare").startswith("They match"))
    page.wait(lambda: said(page, "gallery"))
    page.find("[data-number='1']").click()
    page.wait(lambda: page.find(".nearest").is_displayed())
    page.find("summary").click()
    choose(page, "quality", "101")
    page.wait(lambda: said(page, "resize").startswith("quality"))
    page.run("document.querySelector('#signed').hidden = false")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast(page: Browser, site: Site, scheme: str) -> None:
    page.media(prefers_color_scheme=scheme)
    filled(page, site)
    page.run("document.querySelector('#gallery [role=alert]').textContent = 'A problem'")
    ground = page.run("return getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 26)"}[scheme]
    contrasts = page.run(CONTRASTS)
    page.media()
    assert len(contrasts) > 100
    assert [line for line in contrasts if line[0] < 4.5] == []


def test_everything_has_a_name(page: Browser, site: Site) -> None:
    filled(page, site)
    controls = page.all("input:not([type=file]), select, textarea, button, a, summary, nav, form")
    assert len([control for control in controls if control.is_displayed()]) > 50
    unnamed = [c for c in controls if c.is_displayed() and not c.accessible_name]
    assert [control.get_property("outerHTML") for control in unnamed] == []
    assert all(image.get_dom_attribute("alt") is not None for image in page.all("img"))
    ids = page.run("return [...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids))
    assert page.run("return document.documentElement.lang") == "en"
    levels = page.run("return [...document.querySelectorAll('h1,h2,h3')].map((e) => e.tagName[1])")
    assert all(int(below) - int(above) <= 1 for above, below in pairwise(levels))


@pytest.mark.parametrize(("width", "columns"), [(360, 1), (1280, 2)])
def test_nothing_is_wider_than_the_window(
    page: Browser, site: Site, width: int, columns: int, tmp_path: Path
) -> None:
    page.open(f"{site.address}/", width)
    ready(page)
    filled(page, site)
    assert page.run("return innerWidth") == width
    assert page.run("return document.documentElement.scrollWidth") <= width
    assert page.run(BEYOND_THE_EDGE) == []
    assert page.run(COLUMNS) == columns
    assert page.run(HARD_TO_TOUCH) == []
    page.driver.save_screenshot(str(tmp_path / f"{width}.png"))
    seen = np.asarray(Image.open(tmp_path / f"{width}.png").convert("L"))
    assert seen.std() > 10


def test_motion_is_only_for_those_who_like_it(page: Browser) -> None:
    duration = "return getComputedStyle(document.querySelector('.skip')).transitionDuration"
    page.media(prefers_reduced_motion="no-preference")
    assert page.run(duration) == "0.15s"
    page.media(prefers_reduced_motion="reduce")
    assert page.run(duration) == "0s"
    page.media()


# Problems, which browsers log, too


@pytest.fixture
def troubled(chromium: Browser, site: Site) -> Iterator[Browser]:
    """The page of the small service; at the end, nothing but answers has gone wrong."""
    chromium.open(f"{site.small}/")
    ready(chromium)
    yield chromium
    assert {error["source"] for error in chromium.console_errors()} <= {"network"}


def test_a_service_without_a_catalog(troubled: Browser) -> None:
    troubled.wait(lambda: "no catalog" in troubled.find("#gallery .note").text)
    assert troubled.console_errors() == []


def test_too_large(troubled: Browser, site: Site, tmp_path: Path) -> None:
    (tmp_path / "large.jpg").write_bytes(bytes(100_001))
    give(troubled, "resize", tmp_path / "large.jpg")
    assert alarm(troubled, "resize").startswith("Too large: 100 kB, and the service takes 100 kB")
    (tmp_path / "pixels.jpg").write_bytes(pillow_jpeg(Image.new("RGB", (400, 300))))
    give(troubled, "resize", tmp_path / "pixels.jpg")
    troubled.wait(lambda: "setting max_pixels" in alarm(troubled, "resize"))


def test_no_picture(troubled: Browser, site: Site) -> None:
    give(troubled, "resize", site.folder / "text.jpg")
    assert alarm(troubled, "resize").startswith("Not a picture that the service reads: ")
    assert not troubled.find("#resize .notice button").is_displayed()
    small = pillow_jpeg(Image.new("RGB", (40, 30)))
    (site.folder / "small.jpg").write_bytes(small)
    give(troubled, "resize", site.folder / "small.jpg")
    troubled.wait(lambda: said(troubled, "resize").startswith(f"Resized to 40 {TIMES} 30"))
    assert troubled.find("#resize [role=alert]").text == ""


def test_a_busy_service_is_asked_again(page: Browser, site: Site) -> None:
    give(page, "resize", site.folder / "whole.jpg")
    page.wait(lambda: said(page, "resize").startswith("Resized"))
    page.run(LATE_STATUS)
    choose(page, "width", "50")
    assert alarm(page, "resize") == "The service is busy: all is taken. Try again in 2 s."
    page.find("#resize .notice button").click()
    becomes(page, 50, 38)


def test_a_service_out_of_reach(troubled: Browser, site: Site) -> None:
    give(troubled, "resize", site.folder / "small.jpg")
    troubled.wait(lambda: said(troubled, "resize").startswith("Resized"))
    troubled.command("Network.enable")
    net = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    troubled.command("Network.emulateNetworkConditions", offline=True, **net)
    choose(troubled, "width", "20")
    assert alarm(troubled, "resize").startswith("The service cannot be reached.")
    troubled.command("Network.emulateNetworkConditions", offline=False, **net)
    troubled.find("#resize .notice button").click()
    becomes(troubled, 20, 15)


# Without a browser


def test_files_are_sent_once() -> None:
    first = talk(ask("GET", "/"))
    assert (first.status, first.content_type) == (200, "text/html")
    assert "script-src 'self'" in first.headers["Content-Security-Policy"]
    again = talk(ask("GET", "/", headers={"If-None-Match": first.headers["ETag"]}))
    assert (again.status, again.body) == (304, b"")
    assert again.headers["Cache-Control"] == "no-cache"
    for name in ("ETag", "Content-Security-Policy"):
        assert again.headers[name] == first.headers[name]
    assert talk(ask("GET", "/", headers={"If-None-Match": '"other"'})).status == 200


def test_files_have_their_types_and_others_are_not_there() -> None:
    types = {name: talk(ask("GET", f"/page/{name}")).content_type for name in assets()}
    assert types["main.js"] == "text/javascript"
    assert types["style.css"] == "text/css"
    assert types["icon.svg"] == "image/svg+xml"
    for name in ("nosuch.js", "..%2Fapp.py", "%2Fetc%2Fpasswd"):
        assert talk(ask("GET", f"/page/{name}")).status == 404


def test_what_the_page_knows_of_the_service() -> None:
    told = talk(ask("GET", "/page/settings.json"), upload_bytes=1000, allow_unsigned=False).json()
    assert told == {"catalog": False, "unsigned": False, "upload_bytes": 1000}


def test_what_an_answer_has_taken_is_told() -> None:
    picture = pillow_jpeg(scene(1))
    headers = talk(ask("POST", "/v1/thumbnail?w=100", data=BytesIO(picture))).headers
    assert len(picture) - 16 < int(headers["X-Bytes-Read"]) <= len(picture)
    (info, size) = streamresize.probe(picture), streamresize.Size(100, None)
    least = streamresize.estimate_memory(info, [size], fingerprint=True, kept=False, threads=1)
    assert int(headers["X-Memory-Estimate"]) >= least
    stages = {stage.split(";")[0] for stage in headers["Server-Timing"].split(", ")}
    assert stages >= {"queue", "decode", "encode"}
    assert "X-Bytes-Read" not in talk(ask("GET", "/health")).headers


def test_facts_are_headers_of_large_answers_where_that_is_preferred() -> None:
    random = np.random.default_rng(1).integers(0, 256, (1600, 2200, 3), np.uint8)
    picture = pillow_jpeg(random)
    streamed = talk(ask("POST", "/v1/thumbnail?w=2200", data=BytesIO(picture)))
    assert "X-Image-Phash" not in streamed.headers
    preferring = {"Prefer": "respond-async, Whole"}
    whole = talk(ask("POST", "/v1/thumbnail?w=2200", data=BytesIO(picture), headers=preferring))
    assert whole.headers["X-Image-Size"] == "2200x1600"
    assert whole.body == streamed.body


def test_a_failure_after_the_first_bytes_is_told_where_the_whole_is_preferred() -> None:
    random = np.random.default_rng(1).integers(0, 256, (3000, 2200, 3), np.uint8)
    picture = pillow_jpeg(random)
    broken = picture[: len(picture) // 2]
    url = "/v1/thumbnail?w=2200&strict=1"
    answer = talk(ask("POST", url, data=BytesIO(broken), headers={"Prefer": "whole"}))
    assert answer.is_problem(422)
    assert json.loads(answer.body)["detail"]
