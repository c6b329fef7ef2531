"""Settings, read from the environment (`FOOTNOTE_…`) and from a `.env` file."""

import os
from collections.abc import Collection
from dataclasses import dataclass, fields
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, Literal

from rag.errors import InvalidRequestError
from rag.secret import SecretStr
from rag.setting_values import Field, FieldMadeBy, value_of

ENV_PREFIX = "FOOTNOTE_"
ENV_FILE = Path(".env")
RATE = r"^(none|[1-9]\d{0,8}/(second|minute|hour|day))$"
# Scheme, host and port, as browsers say it; nothing that could end a header's directive.
ORIGIN = r"^https?://[a-z0-9.-]+(:\d{1,5})?$"
SHA256 = r"^[0-9a-f]{64}$"

# In the environment as "a, b".
Names = tuple[str, ...]
Networks = tuple[IPv4Network | IPv6Network, ...]


def _own_cache() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("footnote")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an operator may set. `load_settings` reads it, and refuses unknown names."""

    data_dir: Path = Field(
        Path(".footnote"), description="Where the catalog and the vector index live."
    )
    cache_dir: Path = FieldMadeBy(
        _own_cache,
        description="Where graphs made from model weights are kept. Safe to delete.",
    )
    embedding_model: str = Field(
        "all-MiniLM-L6-v2-int8",
        description="The bundled model, with passages embedded fast (-int8) or exactly "
        "(all-MiniLM-L6-v2), or any other sentence-transformers model by name or path.",
    )
    embedding_model_sha256: Names = Field(
        (),
        each=SHA256,
        description="Its weights' sha256, comma-separated if several files; others are refused.",
    )
    profile: Literal["full", "fast"] = Field(
        "full", description="`fast` leaves out the cross-encoder: less CPU, slightly less right."
    )
    chat_model: str | None = Field(
        None,
        pattern=r"^[^:\s]+:\S+$",
        description="A chat model that writes answers, as provider:model; else they are quotes.",
    )
    chat_model_url: str | None = Field(
        None, pattern=r"^https?://\S+$", description="Address of a server that serves it."
    )
    chat_model_key: SecretStr | None = Field(
        None,
        description="Its key; without one and without an address, the provider's own variable.",
    )
    chat_model_timeout: float = Field(
        30.0, gt=0, description="Seconds for a whole reply; after them the answer is quoted."
    )
    parser_seconds: float = Field(
        30.0, gt=0, description="A document that takes longer to read is refused."
    )
    parser_memory_mb: int = Field(
        512, ge=256, description="A document that needs more memory to be read is refused."
    )
    fetch_private: Networks = Field(
        (),
        description="Networks, comma-separated, that documents may be fetched from though they are "
        "not public: 10.1.0.0/16.",
    )
    fetch_pause: float = Field(
        0.2, ge=0, le=60, description="Seconds between two requests to the same website."
    )
    netrc_file: Path | None = Field(
        None, description="A .netrc file with the names and passwords that websites ask for."
    )
    s3_url: str | None = Field(
        None,
        pattern=r"^https?://\S+$",
        description="Address of an S3-compatible storage with buckets of documents; else Amazon's.",
    )
    judge: str | None = Field(
        None,
        pattern=r"^(chat|reader:\S+|nli:\S+)$",
        description="Who reads the evidence before an answer: chat (the chat model), reader:MODEL "
        "(trained on SQuAD 2) or nli:MODEL, by name or folder. Costs time, silences near misses.",
    )
    abstention_file: Path | None = Field(
        None, description="Numbers by footnote eval calibrate, in place of the bundled ones."
    )
    exact_search_limit: int = Field(
        20_000,
        ge=0,
        description="Up to this many passages are searched exactly; above, by Chroma or FAISS.",
    )
    catalog_url: SecretStr | None = Field(
        None,
        description="PostgreSQL database that holds the catalog for several machines, as "
        "postgresql+psycopg://…; else a file in data_dir, which otherwise keeps a replica.",
    )
    chroma_url: str | None = Field(
        None,
        pattern=r"^https?://[^/?#\s]+/?$",
        description="A Chroma server that holds the vectors; else files in data_dir.",
    )
    chroma_token: SecretStr | None = Field(
        None, description="Sent to it, or to the proxy before it, as `Authorization: Bearer …`."
    )
    broker_url: SecretStr | None = Field(
        None, description="Redis server through which ingests reach workers, as redis://…."
    )
    task_seconds: int = Field(
        180,
        ge=1,
        description="A worker's task that takes longer is given to another one as well.",
    )
    passage_chars: int = Field(
        420, ge=100, le=900, description="Neighbouring paragraphs are joined up to this length."
    )
    fault: str | None = Field(
        None, description="For crash tests: point:kind[@n], as rag/faults.py lists them."
    )
    question_max_chars: int = Field(2_000, ge=1, description="A longer question is refused.")
    history_max_turns: int = Field(50, ge=0, description="More turns of history are refused.")
    public_url: str = Field(
        "http://127.0.0.1:8000",
        pattern=r"^https?://[^/?#\s]+[^?#\s]*$",
        description="The address under which people open documents; used in citation links.",
    )
    host: str = Field("127.0.0.1", description="Address that `footnote serve` listens on.")
    port: int = Field(8000, ge=1, le=65_535, description="Port that `footnote serve` listens on.")
    operations_url: SecretStr | None = Field(
        None,
        description="Database of keys and records, as a SQLAlchemy URL; else a file in data_dir.",
    )
    redact_questions: bool = Field(
        True,
        description="Whether personal data is taken out of questions before they are kept.",
    )
    phone_regions: str = Field(
        "US,GB,DE,FR",
        pattern=r"^([A-Z]{2}(,[A-Z]{2})*)?$",
        description="Countries whose phone numbers are known without their +prefix.",
    )
    answers_kept_days: float = Field(
        90, gt=0, description="Answers given, and the feedback on them, are forgotten after these."
    )
    session_days: int = Field(
        7, ge=1, description="How long a browser stays signed in; at most as long as its key lasts."
    )
    allow_anonymous: bool = Field(
        False, description="Let people without a key ask, over public documents only."
    )
    allowed_hosts: Names = Field(
        (),
        description="Further names, comma-separated, under which the server may be addressed.",
    )
    allowed_origins: Names = Field(
        (),
        each=ORIGIN,
        description="Websites, comma-separated, whose scripts may call the API with a key (CORS).",
    )
    trusted_proxies: Names = Field(
        (),
        description="Addresses of proxies, comma-separated, whose X-Forwarded-For is believed.",
    )
    rate_limit_per_key: str = Field(
        "300/minute",
        pattern=RATE,
        description="Requests by one key, or by one address without a key; `none` for no limit.",
    )
    rate_limit_per_address: str = Field(
        "1200/minute",
        pattern=RATE,
        description="Requests from one address, whatever its keys; `none` for no limit.",
    )
    audit: bool = Field(True, description="Whether every access is put on record.")
    audit_kept_days: float = Field(
        365, gt=0, description="Records of accesses are dropped after these; a checkpoint stays."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "warning", description="What `footnote serve` logs; info has a line for each request."
    )
    log_format: Literal["readable", "json"] = Field(
        "readable", description="Log lines for people, or one JSON object each."
    )
    otlp_endpoint: str | None = Field(
        None,
        pattern=r"^https?://\S+$",
        description="Address of an OpenTelemetry collector (OTLP over HTTP); else no traces.",
    )
    answer_cache_size: int = Field(
        1_000, ge=0, description="So many answers are kept in memory to be given again; 0: none."
    )
    request_max_bytes: int = Field(
        1_000_000, ge=1_000, description="A larger request body is refused before it is parsed."
    )
    api_url: str | None = Field(
        None,
        pattern=r"^https?://\S+$",
        description="The answer service that a bot on its own talks to; else the one on `port`.",
    )
    api_key: SecretStr | None = Field(None, description="The key that it uses there.")
    discord_token: SecretStr | None = Field(None, description="The Discord bot's token.")
    discord_token_file: Path | None = Field(None, description="A file that holds it instead.")
    discord_message_content: bool = Field(
        False,
        description="Read messages that don't mention the bot; needs Discord's Message Content "
        "intent.",
    )
    slack_bot_token: SecretStr | None = Field(None, description="The Slack bot's token, xoxb-….")
    slack_bot_token_file: Path | None = Field(None, description="A file that holds it instead.")
    slack_app_token: SecretStr | None = Field(
        None, description="The app-level token, xapp-…, for Socket Mode."
    )
    slack_app_token_file: Path | None = Field(None, description="A file that holds it instead.")
    slack_signing_secret: SecretStr | None = Field(
        None, description="The app's signing secret, for requests that Slack posts to us."
    )
    slack_signing_secret_file: Path | None = Field(
        None, description="A file that holds it instead."
    )
    slack_port: int = Field(
        8001, ge=1, le=65_535, description="Port of `footnote bot slack` without Socket Mode."
    )
    slack_api_url: str = Field(
        "https://slack.com/api/",
        pattern=r"^https?://\S+$",
        description="Slack's Web API; another address for GovSlack or a proxy.",
    )
    bot_deadline: float = Field(
        90.0, gt=0, le=600, description="Seconds after which a bot says that it has no answer."
    )
    bot_questions_per_person: int = Field(6, ge=1, description="Questions a minute of one person.")
    bot_questions_per_channel: int = Field(30, ge=1, description="The same in one channel.")
    request_seconds: float = Field(
        60.0, gt=0, description="A request whose answer has not begun by then is given up."
    )
    body_seconds: float = Field(
        30.0, gt=0, description="A request body that has not arrived by then is given up."
    )
    queue_max: int = Field(
        256, ge=0, description="While this many questions wait, another is refused at once."
    )
    widget_origins: Names = Field(
        (),
        each=ORIGIN,
        description="Websites, comma-separated, that may show the chat widget; none: it is off.",
    )


def load_settings(**overrides: object) -> Settings:
    """Settings from the environment, with `overrides` on top; None means "not given".

    Raises InvalidRequestError naming each setting that is unknown or has a bad value.
    """
    given = {
        **_environment(),
        **{name: value for name, value in overrides.items() if value is not None},
    }
    declared = {setting.name: setting for setting in fields(Settings)}
    values: dict[str, object] = {}
    faults = []
    for name, value in given.items():
        try:
            values[name] = value_of(declared[name], value)
        except ValueError as error:
            faults.append(f"{ENV_PREFIX}{name.upper()}: {error}")
    if faults:
        raise InvalidRequestError(f"The settings can't be used. {'; '.join(faults)}.")
    return Settings(**values)  # type: ignore[arg-type]


def settings_to_json(settings: Settings, without: Collection[str] = ()) -> dict[str, Any]:
    """The settings by their names, as JSON has them; a secret is stars."""
    return {
        setting.name: _to_json(getattr(settings, setting.name))
        for setting in fields(settings)
        if setting.name not in without
    }


def _to_json(value: object) -> object:
    if isinstance(value, tuple):
        return [_to_json(part) for part in value]
    return value if value is None or isinstance(value, (str, int, float)) else str(value)


def is_given(name: str) -> bool:
    """Whether the environment says something of the setting of this name."""
    return name in _environment()


def _environment() -> dict[str, str | None]:
    """What is said in `.env` and, above it, in the environment, by the settings' names."""
    known = {setting.name for setting in fields(Settings)}
    said = {**_file(), **os.environ}
    own = {name: value for name, value in said.items() if name.upper().startswith(ENV_PREFIX)}
    found = {name[len(ENV_PREFIX) :].lower(): value for name, value in own.items()}
    if found.keys() <= known:
        return found
    names = sorted(f"{ENV_PREFIX}{name}".upper() for name in known)
    unknown = sorted(name for name in own if name[len(ENV_PREFIX) :].lower() not in known)
    # Only here, since nearly nobody needs it.
    from difflib import get_close_matches

    near = {name: get_close_matches(name.upper(), names, 3, 0.8) for name in unknown}
    hints = [f"{name} ({' or '.join(near[name])}?)" if near[name] else name for name in unknown]
    told = f"Unknown setting {', '.join(hints)}: correct the name or unset it."
    if not all(near.values()):
        told += f" Known settings: {', '.join(names)}."
    raise InvalidRequestError(told)


def _file() -> dict[str, str | None]:
    # Names without our prefix in it are another program's.
    if not ENV_FILE.is_file():
        return {}
    from dotenv import dotenv_values

    return dotenv_values(ENV_FILE)
