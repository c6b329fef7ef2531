"""A channel as a person would see it, as a page in Slack's look, and a photograph of that page."""

import html
import re
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from selenium.webdriver import Chrome

from tests.fakes.slack.fake import FakeSlack
from tests.fakes.slack.workspace import BOT_USER, Channel, Message, Person, Workspace

STYLE = """
*{box-sizing:border-box}html{overflow:hidden}body{margin:0;
font:15px/1.47 Lato,"Noto Sans","DejaVu Sans",sans-serif;color:#1d1c1d;background:#fff;
width:760px}header{border-bottom:1px solid #e2e2e2;padding:11px 20px;
font-weight:900;font-size:18px}header small{font-weight:400;color:#616061;font-size:13px;
margin-left:8px}main{padding:8px 0 18px}.m{display:flex;gap:9px;padding:7px 20px}.m.reply{
padding-left:64px;position:relative}.m.reply::before{content:"";position:absolute;left:38px;top:0;
bottom:0;border-left:2px solid #e2e2e2}.a{width:36px;height:36px;border-radius:8px;flex:none;
color:#fff;font-weight:900;display:flex;align-items:center;justify-content:center;font-size:16px}
.b{flex:1;min-width:0;overflow-wrap:anywhere}.n{font-weight:900}.app{background:#ececec;
color:#616061;font-size:10px;font-weight:700;padding:1px 4px;border-radius:3px;margin-left:5px}
.t{color:#616061;font-size:12px;margin-left:6px}.only{color:#616061;font-size:12px;
margin-bottom:2px}.eph{background:#f8f8f8}p{margin:0 0 6px}ul,ol{margin:2px 0 6px;
padding-left:24px}blockquote{margin:0 0 6px;border-left:4px solid #ddd;padding-left:10px}
pre{background:#f8f8f8;border:1px solid #e2e2e2;border-radius:4px;padding:8px;font:12px/1.5
"DejaVu Sans Mono",monospace;margin:4px 0;white-space:pre-wrap}code{font:12px "DejaVu Sans Mono",
monospace;background:#f8f8f8;border:1px solid #e2e2e2;border-radius:3px;padding:1px 3px;
color:#e01e5a}pre code{border:0;padding:0;color:inherit}a{color:#1264a3;text-decoration:none}
.ctx{color:#616061;font-size:13px;margin:5px 0}.fb{display:flex;gap:6px;margin-top:6px}.btn{
border:1px solid #bbb;border-radius:5px;padding:2px 9px;font-size:13px;font-weight:700;
color:#454245}.at{background:#e8f5fa;color:#1264a3;border-radius:3px;padding:0 2px}.ping{
background:#fff3c4;color:#1264a3;font-weight:700}.st{color:#616061;font-size:13px;padding:4px 20px
4px 65px}.modal{margin:14px 20px;border:1px solid #ccc;border-radius:8px;box-shadow:0 8px 24px
#0003;padding:16px 20px;width:440px}.modal h3{margin:0 0 12px}.modal .in{border:1px solid #868686;
border-radius:4px;padding:8px;min-height:60px;color:#868686;margin:4px 0 14px}.modal .row{display:
flex;justify-content:flex-end;gap:8px}.go{background:#007a5a;color:#fff;border-color:#007a5a}
.prompt{border:1px solid #ddd;border-radius:8px;padding:8px 12px;
margin:6px 20px 6px 65px;font-size:14px;color:#1264a3}.cur::after{content:"▍";color:#616061}
"""
COLOURS = ("#4a154b", "#1d7a6a", "#b3541e", "#2b5c9e", "#7a3b3b")
BARE = re.compile(r"(https?://[^\s<|]+)")
OBEYED = re.compile(
    r"<(?P<kind>[@!#])(?P<id>[A-Za-z0-9^]+)(?:\|[^>]*)?>|(?<![(\\\w])(?P<address>https?://[^\s<>)]+)"
)


def page_of(
    slack: FakeSlack, channel: Channel, person: Person, note: str = "", *, modal: bool = False
) -> str:
    """The channel as this person sees it, threads opened below their first messages."""
    space = slack.workspace
    messages = [
        m for m in space.messages if m.channel == channel.id and m.only_for in (None, person.id)
    ]
    roots = [m for m in messages if not m.thread_ts or not space.find(channel.id, m.thread_ts)]
    body = []
    for root in roots:
        body.append(_message(space, root, reply=False))
        body.extend(
            _message(space, m, reply=True)
            for m in messages
            if m.thread_ts == root.ts and m is not root
        )
        status = space.statuses.get((channel.id, root.ts))
        if status and status[0]:
            body.append(f'<div class="st">Footnote {html.escape(status[0])}</div>')
        body.extend(
            f'<div class="prompt">{html.escape(prompt["title"])}</div>'
            for prompt in space.prompts.get((channel.id, root.ts), ())
        )
    if modal and space.views:
        body.append(_modal(space.views[-1].view))
    name = f"# {channel.name}" if channel.kind == "channel" else f"🔒 {channel.name}"
    if channel.kind == "im":
        name = "Footnote"
    return (
        f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style>'
        f"<header>{html.escape(name)}<small>{html.escape(note)}</small></header>"
        f"<main>{''.join(body)}</main>"
    )


def photograph(browser: Chrome, page: str, picture: Path) -> None:
    """Write the page and a picture of it, as tall as it needs to be."""
    file = picture.with_suffix(".html")
    file.write_text(page)
    browser.get(file.as_uri())
    height = browser.execute_script("return document.body.scrollHeight")
    metrics = {"width": 760, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.save_screenshot(str(picture))


def _message(space: Workspace, message: Message, *, reply: bool) -> str:
    who = space.people.get(message.user, Person(message.user, message.user))
    colour = (
        "#1f3a34"
        if who.id == BOT_USER
        else COLOURS[list(space.people).index(who.id) % len(COLOURS)]
    )
    name = "Footnote" if who.id == BOT_USER else who.name.title()
    app = '<span class="app">APP</span>' if who.id == BOT_USER else ""
    only = '<div class="only">👁 Only visible to you</div>' if message.only_for else ""
    said = "".join(_block(block, space) for block in message.blocks)
    cursor = " cur" if message.is_streaming else ""
    if message.streamed:
        said = f'<div class="{cursor}">{markdown(message.streamed, space)}</div>{said}'
    if not said:
        said = f"<p>{mrkdwn(message.text, space)}</p>"
    kind = f"m{' reply' if reply else ''}{' eph' if message.only_for else ''}"
    return (
        f'<div class="{kind}"><div class="a" style="background:{colour}">{name[0]}</div>'
        f'<div class="b">{only}<span class="n">{html.escape(name)}</span>{app}'
        f'<span class="t">10:24</span>{said}</div></div>'
    )


def _block(block: dict[str, Any], space: Workspace) -> str:
    match block["type"]:
        case "markdown":
            return markdown(block["text"], space)
        case "section":
            return f"<p>{mrkdwn(block['text']['text'], space, block['text'].get('verbatim'))}</p>"
        case "context":
            said = " ".join(mrkdwn(e["text"], space, e.get("verbatim")) for e in block["elements"])
            return f'<div class="ctx">{said}</div>'
        case "context_actions":
            return '<div class="fb"><span class="btn">👍</span><span class="btn">👎</span></div>'
        case "actions":
            buttons = [f'<span class="btn">{e["text"]["text"]}</span>' for e in block["elements"]]
            return f'<div class="fb">{"".join(buttons)}</div>'
    return ""


def markdown(text: str, space: Workspace) -> str:
    """Slack's markdown dialect as HTML: what it would obey is told apart before it is parsed."""
    obeyed: list[str] = []

    def obey(found: re.Match[str]) -> str:
        address = found["address"]
        made = f'<a href="{address}">{address}</a>' if address else _mention(found, space)
        obeyed.append(made)
        return f"\ue000{len(obeyed) - 1}\ue001"

    parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table")
    shown = parser.render(OBEYED.sub(obey, text))
    return re.sub("\ue000(\\d+)\ue001", lambda found: obeyed[int(found[1])], shown)


def mrkdwn(text: str, space: Workspace, verbatim: object = None) -> str:
    """Slack's older dialect as HTML; mentions and links in angle brackets are obeyed."""
    obeyed: list[str] = []

    def obey(found: re.Match[str]) -> str:
        inner = found["inner"]
        if inner[0] in "@!#":
            kind = re.match(r"(?P<kind>.)(?P<id>[^|]*)", inner)
            assert kind is not None
            made = _mention(kind, space)
        else:
            address, _, label = inner.partition("|")
            made = f'<a href="{address}">{label or address}</a>'
        obeyed.append(made)
        return f"\ue000{len(obeyed) - 1}\ue001"

    # The three entities are all that Slack knows: what is written so is shown, not obeyed.
    safe = re.sub(r"<(?P<inner>[^<>]+)>", obey, text)
    if not verbatim:
        safe = BARE.sub(r'<a href="\1">\1</a>', safe)
    safe = re.sub(r"```\n?(.*?)```", r"<pre>\1</pre>", safe, flags=re.DOTALL)
    safe = re.sub(r"(?<!\w)\*(\S[^*\n]*)\*(?!\w)", r"<b>\1</b>", safe)
    safe = re.sub(r"(?<!\w)_(\S[^_\n]*)_(?!\w)", r"<i>\1</i>", safe)
    safe = re.sub(r"(?<!`)`([^`\n]+)`", r"<code>\1</code>", safe)
    safe = re.sub("\ue000(\\d+)\ue001", lambda found: obeyed[int(found[1])], safe)
    return safe.replace("\n", "<br>")


def _mention(found: re.Match[str], space: Workspace) -> str:
    name = found["id"]
    if found["kind"] == "@":
        person = space.people.get(name)
        name = "Footnote" if name == BOT_USER else person.name if person else name
        return f'<span class="at">@{name}</span>'
    return f'<span class="ping">@{name}</span>'


def _modal(view: Any) -> str:
    inputs = "".join(
        f"<b>{block['label']['text']}</b> <span class='t'>(optional)</span>"
        f"<div class='in'>{block['element']['placeholder']['text']}</div>"
        for block in view["blocks"]
        if block["type"] == "input"
    )
    return (
        f"<div class='modal'><h3>{view['title']['text']}</h3>{inputs}<div class='row'>"
        f"<span class='btn'>{view['close']['text']}</span>"
        f"<span class='btn go'>{view['submit']['text']}</span></div></div>"
    )
