"""Many readers at once: `python -m benchmarks.load --help`.

Asks some of the questions by one client alone, for a yardstick: one in so many, so that they are of
all kinds. Then the others by many clients together, while another looks at /healthz ten times a
second. Says what failed, how long answers took, and whether the service kept the promise that is
checked at the end:

- no request fails;
- the 99th percentile stays within clients x the single client's median;
- /healthz answers within 100 ms throughout, as seen from outside.

The client runs on the same machine, and takes its share of the cores.
"""

import argparse
import asyncio
import itertools
import json
import os
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

import httpx

from benchmarks.yardstick import apart, percentile

HEALTH_SECONDS = 0.1
HEALTH_LIMIT_MS = 100.0
UPLOAD_BYTES = 100_000_000
TOO_LARGE = 413


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do: `clients` together; `stream` asks for events, `upload` also sends 100 MB."""

    address: str
    questions: tuple[str, ...]
    clients: int
    stream: bool = False
    upload: bool = False
    key: str | None = None


@dataclass(slots=True)
class Report:
    """What came of it. Times in milliseconds, CPU in seconds of the server's process."""

    clients: int
    requests: int = 0
    failures: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    requests_per_second: float = 0.0
    alone_median_ms: float = 0.0
    median_ms: float = 0.0
    p99_ms: float = 0.0
    p99_limit_ms: float = 0.0
    first_byte_p99_ms: float = 0.0
    health_median_ms: float = 0.0
    health_p99_ms: float = 0.0
    health_max_ms: float = 0.0
    uploads_refused: int = 0
    server_cpu_seconds: float | None = None

    def broken(self) -> list[str]:
        """The promises that were not kept, each as a sentence."""
        found = [f"{count} requests failed: {what}" for what, count in self.failures.items()]
        if self.p99_ms > self.p99_limit_ms:
            found.append(f"p99 is {self.p99_ms:,.0f} ms, the limit {self.p99_limit_ms:,.0f} ms")
        if self.health_max_ms > HEALTH_LIMIT_MS:
            found.append(f"/healthz took up to {self.health_max_ms:,.0f} ms")
        return found


async def measure(plan: Plan, server_pid: int | None = None) -> Report:
    """What came of the plan."""
    headers = {"Authorization": f"Bearer {plan.key}"} if plan.key else {}
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(
        base_url=plan.address, headers=headers, timeout=300, limits=limits
    ) as client:
        alone: list[float] = []
        yardstick, others = apart(plan.questions)
        warm_up, *yardstick = yardstick
        await _ask(client, warm_up, stream=plan.stream)
        for question in yardstick:
            _, took, _ = await _ask(client, question, stream=plan.stream)
            alone.append(took)
        return await _together(plan, others, client, median(alone), server_pid)


async def _together(
    plan: Plan,
    questions: Sequence[str],
    client: httpx.AsyncClient,
    alone: float,
    server_pid: int | None,
) -> Report:
    report = Report(plan.clients, alone_median_ms=round(alone, 1))
    waiting = iter(questions)
    took: list[float] = []
    firsts: list[float] = []
    faults: Counter[str] = Counter()

    async def reader() -> None:
        for question in waiting:
            status, whole, first = await _ask(client, question, stream=plan.stream)
            took.append(whole)
            firsts.append(first)
            if status != "200":
                faults[status] += 1

    health: list[float] = []
    beside = [asyncio.create_task(_watch(plan.address, health))]
    if plan.upload:
        beside.append(asyncio.create_task(_upload(plan, report)))
    cpu, started = _cpu_of(server_pid), time.perf_counter()
    await asyncio.gather(*(reader() for _ in range(plan.clients)))
    report.seconds = round(time.perf_counter() - started, 2)
    for task in beside:
        task.cancel()
    await asyncio.gather(*beside, return_exceptions=True)
    if server_pid is not None:
        report.server_cpu_seconds = round(_cpu_of(server_pid) - cpu, 2)
    report.requests = len(took)
    report.failures = dict(faults)
    report.requests_per_second = round(len(took) / report.seconds, 1)
    report.median_ms = round(median(took), 1)
    report.p99_ms = round(percentile(took, 0.99), 1)
    report.p99_limit_ms = round(plan.clients * alone, 1)
    report.first_byte_p99_ms = round(percentile(firsts, 0.99), 1)
    report.health_median_ms = round(median(health), 1)
    report.health_p99_ms = round(percentile(health, 0.99), 1)
    report.health_max_ms = round(max(health), 1)
    return report


async def _ask(
    client: httpx.AsyncClient, question: str, *, stream: bool
) -> tuple[str, float, float]:
    """What it came to ("200", another status, or an error's name), and how long it took."""
    accept = "text/event-stream" if stream else "application/json"
    started = time.perf_counter()
    first = 0.0
    try:
        async with client.stream(
            "POST", "/v1/ask", json={"question": question}, headers={"Accept": accept}
        ) as response:
            body = b""
            async for piece in response.aiter_bytes():
                first = first or time.perf_counter() - started
                body += piece
        broken = stream and b"event: done" not in body
        status = "broken stream" if broken else str(response.status_code)
    except httpx.HTTPError as error:
        status = type(error).__name__
    return status, (time.perf_counter() - started) * 1000, first * 1000


async def _watch(address: str, health: list[float]) -> None:
    # A connection of its own, and no pool to queue in: what is measured is the server.
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        while True:
            started = time.perf_counter()
            await client.get("/healthz")
            health.append((time.perf_counter() - started) * 1000)
            await asyncio.sleep(HEALTH_SECONDS)


async def _upload(plan: Plan, report: Report) -> None:
    piece = b"x" * 65_536

    async def body() -> AsyncIterator[bytes]:
        for _ in range(UPLOAD_BYTES // len(piece)):
            yield piece

    async with httpx.AsyncClient(base_url=plan.address, timeout=60) as client:
        while True:
            headers = {"Content-Type": "application/json"}
            try:
                response = await client.post("/v1/ask", content=body(), headers=headers)
                report.uploads_refused += (
                    response.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE
                )
            except httpx.TransportError:
                # The server closed the connection before all was sent: refused as well.
                report.uploads_refused += 1


def _cpu_of(pid: int | None) -> float:
    if pid is None:
        return 0.0
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def questions_in(file: Path, most: int) -> tuple[str, ...]:
    """The questions in a file: one a line, as JSON objects with a `question` or as plain text."""
    lines = file.read_text("utf-8").splitlines()
    read = (json.loads(line)["question"] if line.startswith("{") else line for line in lines)
    return tuple(itertools.islice(dict.fromkeys(filter(None, read)), most))


def main(arguments: Iterable[str] | None = None) -> int:
    """Measure, print the report as JSON; 1 when a promise was not kept, 2 when nobody answers."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--address", default="http://127.0.0.1:8000", help="of a running service")
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--questions", type=Path, default=Path("evals/sets/guide.jsonl"))
    parser.add_argument("--most", type=int, default=10_000, help="questions at most")
    parser.add_argument("--stream", action="store_true", help="ask for server-sent events")
    parser.add_argument("--upload", action="store_true", help="also send 100 MB, again and again")
    parser.add_argument("--key", help="where one is needed")
    parser.add_argument("--server-pid", type=int, help="also measure its CPU seconds")
    given = parser.parse_args(None if arguments is None else list(arguments))
    plan = Plan(
        given.address,
        questions_in(given.questions, given.most),
        given.clients,
        stream=given.stream,
        upload=given.upload,
        key=given.key,
    )
    try:
        httpx.get(f"{given.address}/healthz", timeout=10).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        sys.stderr.write(
            f"No Footnote answers at {given.address} ({error}): start one with footnote serve, or "
            "name another --address.\n"
        )
        return 2
    report = asyncio.run(measure(plan, given.server_pid))
    sys.stdout.write(json.dumps(asdict(report), indent=2) + "\n")
    for sentence in report.broken():
        sys.stderr.write(f"Not kept: {sentence}.\n")
    return int(bool(report.broken()))


if __name__ == "__main__":
    sys.exit(main())
