"""A channel as a person sees it: HTML in Discord's look, from what the fake holds.

The Markdown is read by Discord's rules as far as a bot's messages use them, so that what a document
smuggles through shows here as it would there.
"""

import html
import re

from tests.fakes.discord.world import DIRECT, THREADS, Channel, Message, User, World

FENCE = re.compile(r"```(?:[a-z]+\n)?\n?(.*?)\n?```", re.DOTALL)
INLINE = re.compile(
    r"(?P<escape>\\(?P<escaped>[^0-9A-Za-z\s]))"
    r"|(?P<code>`(?P<inner>[^`]+)`)"
    r"|(?P<masked>\[(?P<label>(?:\\.|[^\\\]])+)\]\(<?(?P<url>https?://[^\s<>)]+)>?\))"
    r"|(?P<angled><(?P<plain>https?://[^\s<>]+)>)"
    r"|(?P<bare>https?://[^\s<>]+)"
    r"|(?P<mention><@!?(?P<user>\d+)>)"
    r"|(?P<everyone>@(?:everyone|here))"
    r"|(?P<bold>\*\*(?P<strong>.+?)\*\*)"
    r"|(?P<italic>(?<![\w\\])[*_](?P<em>[^*_]+)[*_])"
)
STYLE = """
:root { color-scheme: dark }
* { box-sizing: border-box }
body { margin: 0; background: #313338; color: #dbdee1;
  font: 16px/1.375 "gg sans", "Noto Sans", "Helvetica Neue", Helvetica, Arial, sans-serif }
header { padding: 12px 16px; border-bottom: 1px solid #232428; font-weight: 600; color: #f2f3f5 }
header span { color: #80848e; font-size: 22px; vertical-align: -2px; margin-right: 6px }
main { padding: 16px 0 20px }
article { position: relative; padding: 2px 48px 2px 72px; margin-top: 17px }
article.more { margin-top: 0 }
.face { position: absolute; left: 16px; top: 2px; width: 40px; height: 40px; border-radius: 50%;
  color: #fff; font-weight: 600; display: grid; place-items: center; font-size: 18px }
.who { font-weight: 500; color: #f2f3f5 } .who i { font-style: normal; background: #5865f2;
  color: #fff; border-radius: 3px; font-size: 10px; padding: 1px 5px; margin-left: 4px;
  vertical-align: 2px; font-weight: 600 }
time { color: #949ba4; font-size: 12px; margin-left: 8px }
.above { color: #b5bac1; font-size: 14px; margin: 0 0 4px 0; padding-left: 0; white-space: nowrap;
  }
.above::before { content: ""; display: inline-block; width: 26px; height: 10px;
  margin: 0 6px 0 -32px; border: solid #4e5058; border-width: 2px 0 0 2px;
  border-top-left-radius: 6px; vertical-align: -7px }
article.replying .face { top: 28px }
.text { white-space: pre-wrap; overflow-wrap: break-word }
.text > div { min-height: 0 }
a { color: #00a8fc; text-decoration: none }
.small { font-size: 13px; color: #949ba4; line-height: 1.4 }
blockquote { margin: 0; padding-left: 12px; border-left: 4px solid #4e5058; color: #dbdee1 }
.item { padding-left: 22px; position: relative } .item::before { content: "•"; position: absolute;
  left: 8px }
.item.deep { padding-left: 40px }
pre { background: #2b2d31; border: 1px solid #1e1f22; border-radius: 4px; padding: 8px 10px;
  margin: 6px 0; font: 14px/1.3 "Noto Sans Mono", Consolas, monospace; white-space: pre-wrap }
code { background: #1e1f22; padding: 0 4px; border-radius: 3px; font: 14px monospace }
.mention { background: #3c4270; color: #c9cdfb; border-radius: 3px; padding: 0 2px }
.shout { background: #f23f4255; color: #fff }
.buttons { margin-top: 8px; display: flex; gap: 8px }
.buttons b { background: #4e5058; color: #fff; border-radius: 4px; padding: 6px 14px;
  font-weight: 500; font-size: 14px }
.only { color: #949ba4; font-size: 13px; margin-top: 4px }
.only::before { content: "👁  " }
.unfurl { background: #2b2d31; border-left: 4px solid #f23f42; padding: 8px 12px; margin-top: 6px;
  border-radius: 4px; max-width: 430px }
.note { text-align: center; color: #949ba4; font-size: 13px; margin: 18px 16px 4px;
  border-top: 1px solid #3f4147; line-height: 0 }
.note span { background: #313338; padding: 0 10px }
.thinking { color: #949ba4; font-style: italic }
"""


class Transcript:
    """Collects a channel's messages, and remarks on what happened between them."""

    def __init__(self, world: World, channel: Channel, reader: User | None = None) -> None:
        self._world = world
        self._channel = channel
        self._reader = reader
        self._remarks: list[tuple[int, str]] = []

    def remark(self, words: str) -> None:
        """Say what happens here, as a line across the channel."""
        self._remarks.append((len(self._channel.messages), words))

    def page(self) -> str:
        """The whole channel as one HTML page."""
        parts: list[str] = []
        last: Message | None = None
        for place, message in enumerate(self._channel.messages):
            for at, words in self._remarks:
                if at == place:
                    parts.append(f'<div class="note"><span>{html.escape(words)}</span></div>')
                    last = None
            if message.seen_by not in (None, self._reader) or message.deleted:
                continue
            parts.append(self._message(message, last))
            last = message
        for at, words in self._remarks:
            if at == len(self._channel.messages):
                parts.append(f'<div class="note"><span>{html.escape(words)}</span></div>')
        sign = (
            "@" if self._channel.kind == DIRECT else "🧵" if self._channel.kind in THREADS else "#"
        )
        name = self._channel.name or self._world.me.name
        body = (
            f"<header><span>{sign}</span>{html.escape(name)}</header><main>{''.join(parts)}</main>"
        )
        return (
            f'<!doctype html><meta charset="utf-8"><title>{html.escape(name)}</title>'
            f"<style>{STYLE}</style>{body}"
        )

    def _message(self, message: Message, last: Message | None) -> str:
        above = self._above(message)
        goes_on = last is not None and last.author is message.author and not above
        head = "" if goes_on else self._head(message)
        text = (
            '<div class="thinking">footnote is thinking…</div>'
            if message.is_thinking
            else f'<div class="text">{self.markdown(message.content)}</div>'
        )
        buttons = "".join(
            f"<b>{one['emoji']['name']}  {html.escape(one.get('label') or '')}</b>"
            for one in message.buttons
        )
        only = '<div class="only">Only you can see this • Dismiss message</div>'
        kind = "more" if goes_on else "replying" if above else ""
        return (
            f'<article class="{kind}">{above}{head}{text}'
            f"{f'<div class=buttons>{buttons}</div>' if buttons else ''}"
            f"{only if message.seen_by else ''}</article>"
        )

    def _head(self, message: Message) -> str:
        who = message.author
        name = html.escape(who.name)
        badge = "<i>APP</i>" if who.bot else ""
        return (
            f'<div class="face" style="background:{"#5865f2" if who.bot else who.colour}">'
            f'{name[0].upper()}</div><div><span class="who">{name}{badge}</span>'
            f"<time>{message.said_at:%H:%M}</time></div>"
        )

    def _above(self, message: Message) -> str:
        if message.command is not None:
            person, words = message.command
            return f'<div class="above"><b>{person.name}</b> used <a>{html.escape(words)}</a></div>'
        if message.reference is not None:
            words = message.reference.content.replace("\n", " ")
            quoted = self._inline(words[:110])
            return f'<div class="above"><b>@{message.reference.author.name}</b> {quoted}</div>'
        return ""

    def markdown(self, content: str) -> str:
        """Discord's Markdown as HTML."""
        parts: list[str] = []
        place = 0
        for fence in FENCE.finditer(content):
            parts.append(self._lines(content[place : fence.start()].removesuffix("\n")))
            parts.append(f"<pre>{html.escape(fence[1])}</pre>")
            place = fence.end() + (content[fence.end() : fence.end() + 1] == "\n")
        parts.append(self._lines(content[place:]))
        return "".join(parts)

    def _lines(self, text: str) -> str:
        return "".join(self._line(line) for line in text.split("\n")) if text else ""

    def _line(self, line: str) -> str:
        if line.startswith("> "):
            return f"<blockquote>{self._inline(line[2:])}</blockquote>"
        if line.startswith("-# "):
            return f'<div class="small">{self._inline(line[3:])}</div>'
        heading = re.match(r"(#{1,3}) (.+)", line)
        if heading:
            return f"<h{len(heading[1])}>{self._inline(heading[2])}</h{len(heading[1])}>"
        item = re.match(r"( *)[-*] (.+)", line)
        if item:
            deep = " deep" if item[1] else ""
            return f'<div class="item{deep}">{self._inline(item[2])}</div>'
        return f"<div>{self._inline(line) or '<br>'}</div>"

    def _inline(self, text: str) -> str:
        parts: list[str] = []
        place = 0
        for found in INLINE.finditer(text):
            parts.append(html.escape(text[place : found.start()]))
            parts.append(self._found(found))
            place = found.end()
        return "".join([*parts, html.escape(text[place:])])

    def _found(self, found: re.Match[str]) -> str:  # noqa: PLR0911 - one case a kind
        if found["escape"]:
            return html.escape(found["escaped"])
        if found["code"]:
            return f"<code>{html.escape(found['inner'])}</code>"
        if found["masked"]:
            return f'<a href="{html.escape(found["url"])}">{self._inline(found["label"])}</a>'
        if found["mention"]:
            user = self._world.users.get(int(found["user"]))
            return f'<span class="mention">@{html.escape(user.name if user else "unknown")}</span>'
        if found["everyone"]:
            return f'<span class="mention shout">{found["everyone"]}</span>'
        if found["bold"]:
            return f"<b>{self._inline(found['strong'])}</b>"
        if found["italic"]:
            return f"<em>{self._inline(found['em'])}</em>"
        url = found["plain"] or found["bare"]
        return f'<a href="{html.escape(url)}">{html.escape(url)}</a>'
