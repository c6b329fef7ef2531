"""Where each source belongs: an unchanged document, a new state of one, another address of one."""

from collections.abc import Callable, Mapping, Sequence
from itertools import count

from ingest.chunker import PassageSize, passages
from ingest.embedding import missing_texts
from ingest.identity import body_hash, document_id_of, source_hash
from ingest.reading import ReadDocument, finish
from ingest.report import Action, IngestReport, Step
from ingest.site_pages import SitePages
from ingest.source import SourceDocument
from ingest.target import target_embedder
from rag.audience import PUBLIC, Audience
from rag.bootstrap import Services
from rag.domain import Document, Passage
from rag.embedder import Embedder
from rag.wording import address_shown


class Placing:
    """Takes sources one by one, stages what changed, and notes it in the report.

    What is read decides which document it is, not where it was found: content that is stored
    already becomes another address of its document, so that a file that moved keeps its id, its
    passages and their citations. `dry_run` only notes.
    """

    def __init__(
        self,
        services: Services,
        named: Mapping[str, Audience],
        size: PassageSize,
        pages: SitePages,
        report: IngestReport,
        embed: Callable[[Services, Embedder, Sequence[Passage]], int],
        *,
        dry_run: bool,
    ) -> None:
        self.report = report
        self.size = size
        self.known = services.origins.addresses()
        self.refused: list[tuple[str, str, str]] = []
        # Documents that this run gives a new revision.
        self.staged: set[str] = set()
        self.has_staged = False
        self._services = services
        self._named = named
        self.pages = pages
        self._embed = embed
        self._dry_run = dry_run
        self._bodies: dict[str, str] = {}
        self._attached: list[tuple[SourceDocument, str]] = []
        self._holders: dict[str, set[str]] = {}
        for uri, address in self.known.items():
            self._holders.setdefault(address.document_id, set()).add(uri)
        self._before = {name: set(uris) for name, uris in self._holders.items()}

    def is_unchanged(self, source: SourceDocument, root: str) -> bool:
        """Whether a source is what it was when it was last read."""
        known = self.known.get(source.uri)
        if known is None:
            return False
        audience = audience_under(self._named, root, source)
        return known.source_hash == source_hash(source, audience, self.pages.repeated_on(source))

    def place(self, source: SourceDocument, root: str) -> None:
        """Stage what is new in a source. Raises SourceError when it can't be read."""
        audience = audience_under(self._named, root, source)
        repeated = self.pages.repeated_on(source)
        hashed = source_hash(source, audience, repeated)
        known = self.known.get(source.uri)
        if known is not None and known.source_hash == hashed:
            self.report.unchanged += 1
            return
        read = finish(source, self.pages.parsed(source), repeated)
        self.report.flagged += [
            (source.name, f"{hidden.reason}: {hidden.text}") for hidden in read.parsed.hidden
        ]
        audience = audience if read.audience is None else read.audience
        body = body_hash(source, read, audience)
        document_id = self._with_body(body)
        if document_id is None:
            self._stage(source, read, audience, body, root, hashed)
        elif known is not None and known.document_id == document_id:
            self._refresh(source, read, document_id, root, hashed)
        else:
            self._attach(source, read, document_id, root, hashed)

    def refuse(self, uri: str, name: str, reason: str, gone: dict[str, str]) -> None:
        """Note that a source can't be ingested; what is stored of it, or in it, stays."""
        below = {other for other in self.known if other == uri or other.startswith(f"{uri}/")}
        for other in below:
            gone.pop(other, None)
        self.refused.append((uri, name, reason))
        told = f"{reason}; what it said before is kept" if below else reason
        document_id = self.known[uri].document_id if uri in self.known else ""
        self.report.note(Step(Action.REFUSE, name, document_id, told))

    def moved_from(self, gone: Mapping[str, str], has_left: Callable[[str], bool]) -> set[str]:
        """The addresses whose documents were found elsewhere; notes who moved and who is a copy."""
        moved: set[str] = set()
        for source, document_id in self._attached:
            before = self._before.get(document_id, set())
            left = {uri for uri in before if uri in gone or has_left(uri)} - {source.uri}
            moved |= left
            if source.uri in self.known:
                step = Step(Action.CHANGE, source.name, document_id, "now a copy")
            elif before and left == before:
                step = Step(
                    Action.MOVE, source.name, document_id, f"from {address_shown(min(left))}"
                )
            else:
                step = Step(Action.DUPLICATE, source.name, document_id, "the same content")
            self.report.note(step)
        return moved

    def _with_body(self, body: str) -> str | None:
        if body in self._bodies:
            return self._bodies[body]
        found = self._services.origins.document_of_body(body)
        return None if found in self.staged else found

    def _stage(
        self,
        source: SourceDocument,
        read: ReadDocument,
        audience: Audience,
        body: str,
        root: str,
        hashed: str,
    ) -> None:
        services = self._services
        embedder = target_embedder(services)
        document_id = self._id_for(source)
        cut = list(passages(document_id, read.title, read.parsed, embedder.token_count, self.size))
        if self._dry_run:
            self.report.embedded += len(missing_texts(services, embedder.name, cut))
        else:
            self.report.embedded += self._embed(services, embedder, cut)
            document = Document(
                id=document_id,
                title=read.title,
                uri=source.uri,
                url=read.url,
                text=read.parsed.text,
                blocks=read.parsed.blocks,
                content_hash=body,
                metadata=read.parsed.metadata,
                audience=audience,
            )
            services.staging.stage(document, cut, root, hashed)
        self._move(source.uri, document_id)
        self._bodies[body] = document_id
        self.staged.add(document_id)
        action = Action.CHANGE if source.uri in self.known else Action.ADD
        self.report.note(Step(action, source.name, document_id))

    def _refresh(
        self,
        source: SourceDocument,
        read: ReadDocument,
        document_id: str,
        root: str,
        hashed: str,
    ) -> None:
        if read.url == self.known[source.uri].url:
            # Other bytes, the same words: nothing that a reader could see.
            if not self._dry_run:
                self._services.staging.refresh_source(source.uri, hashed, read.parsed.metadata)
            self.report.unchanged += 1
            return
        self._stage_address(source, read, document_id, root, hashed)
        self.report.note(Step(Action.CHANGE, source.name, document_id, "another public address"))

    def _attach(
        self,
        source: SourceDocument,
        read: ReadDocument,
        document_id: str,
        root: str,
        hashed: str,
    ) -> None:
        self._stage_address(source, read, document_id, root, hashed)
        self._move(source.uri, document_id)
        self._attached.append((source, document_id))

    def _stage_address(
        self,
        source: SourceDocument,
        read: ReadDocument,
        document_id: str,
        root: str,
        hashed: str,
    ) -> None:
        self.has_staged = True
        if not self._dry_run:
            self._services.staging.stage_address(document_id, source.uri, read.url, root, hashed)

    def _move(self, uri: str, document_id: str) -> None:
        self.has_staged = True
        known = self.known.get(uri)
        if known is not None:
            self._holders[known.document_id].discard(uri)
        self._holders.setdefault(document_id, set()).add(uri)

    def _id_for(self, source: SourceDocument) -> str:
        known = self.known.get(source.uri)
        if known is not None and self._holders[known.document_id] == {source.uri}:
            return known.document_id
        first = document_id_of(source)
        names = (first if number == 1 else f"{first}-{number}" for number in count(1))
        return next(name for name in names if not self._holders.get(name))


def audience_under(named: Mapping[str, Audience], root: str, source: SourceDocument) -> Audience:
    """The audience that was named for a document's root, or for the nearest path around it."""
    around = [
        other
        for other in named
        if other in (root, source.uri) or source.uri.startswith(other.rstrip("/") + "/")
    ]
    return named[max(around, key=len)] if around else PUBLIC
