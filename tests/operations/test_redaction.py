"""What a form tells to be personal is taken out; versions, prices, ports and dates stay."""

import time

import pytest

from operations.redaction import Redactor
from rag.errors import InvalidRequestError

REGIONS = ("US", "GB", "DE", "FR")
PERSONAL = [
    ("Write to anna.smith+x@mail.example.co.uk please", "Write to [email] please"),
    ("Who is Jörg@büro.example?", "Who is [email]?"),
    ("Call +49 30 1234567 or not", "Call [phone] or not"),
    ("My number is 030 1234567", "My number is [phone]"),
    ("Ring (555) 010-9999 or 202-555-0143", "Ring [phone] or [phone]"),
    ("phone 07911 123456", "phone [phone]"),
    ("mobile 2025550143, at night", "mobile [phone], at night"),
    ("IBAN DE89 3704 0044 0532 0130 00 bounced", "IBAN [iban] bounced"),
    ("pay gb82west12345698765432 now", "pay [iban] now"),
    ("card 4111 1111 1111 1111 declined", "card [card] declined"),
    ("5500-0000-0000-0004, my card", "[card], my card"),
    ("from 203.0.113.42.", "from [ip]."),
    ("from 81.2.69.142:443", "from [ip]:443"),
    ("from 2001:db8::ff00:42:8329 again", "from [ip] again"),
    ("ssn 536-90-4399", "ssn [id]"),
    ("my nino is QQ 12 34 56 C", "my nino is [id]"),
    ("DNI 12345678Z", "DNI [id]"),
    ("codice RSSMRA85T10A562S", "codice [id]"),
    ("Steuer-ID 36574261809", "Steuer-ID [id]"),
    ("my bsn is 111222333", "my bsn is [id]"),
    ("nhs number 943 476 5919", "nhs number [id]"),
    ("PESEL 44051401359", "PESEL [id]"),
    ("1 84 12 76 451 089 46 is my nir", "[id] is my nir"),
    ("CPF 529.982.247-25", "CPF [id]"),
    ("I was born on 1984-03-02", "I was born on [date]"),
    ("ask <@80351110224678912> or <@U024BE7LH>", "ask [person] or [person]"),
    ("git clone https://bob:hunter2@git.example/x", "git clone https://[secret]@git.example/x"),
    ("my key sk-proj1234567890abcdefghij", "my key [secret]"),
    ("AKIAIOSFODNN7EXAMPLE fails", "[secret] fails"),
]
NOT_PERSONAL = [
    "Python 3.11.4 or 3.12.0rc1?",
    "What costs $12,500 to $25,000?",
    "Ports 8000 and 65535",
    "On 2026-11-22 at 23:45, and since 22.11.2026",
    "version 10.4.3.1, v4.18.2.1 or ==1.2.3.4",
    "127.0.0.1, 0.0.0.0:8080, ::1, 192.168.0.10 and 10.0.0.0/8",
    "ISO 27001 and RFC 9457, section 3.1.1",
    "pi is 3.141592653589793",
    "60-100 an hour, 1 000 000 users, 10 000 to 150 000 euros",
    "error 0x80070057 in 53aa51172d142c89d9012cce",
    "phase 1 2 3 4 5 6",
    "order 100200300 of 1,000,000",
    "from 2019 to 2024, timestamp 1700000000",
    "123e4567-e89b-12d3-a456-426614174000",
    "@decorator, user@localhost, a@b",
    "std::vector and a::b",
    "x = y[0] if z > 1 else 2",
    "call the function twice",
    "call number 42 in the list",
    "ISBN 978-3-16-148410-0",
    "€1.200,50 or 1 200 EUR",
    "born in the 1990s",
    "What is GPT-4o-2024-08-06?",
    "3-5 years, 24/7, 9-to-5",
]


@pytest.fixture(scope="module")
def redact() -> Redactor:
    return Redactor(REGIONS)


@pytest.mark.parametrize(("text", "expected"), PERSONAL, ids=[text for text, _ in PERSONAL])
def test_personal_data_is_taken_out(redact: Redactor, text: str, expected: str):
    assert redact(text) == expected


@pytest.mark.parametrize("text", NOT_PERSONAL)
def test_other_numbers_stay(redact: Redactor, text: str):
    assert redact(text) == text


def test_what_was_taken_out_is_not_taken_out_again(redact: Redactor):
    for _, once in PERSONAL:
        assert redact(once) == once


HOSTILE = [
    "1",
    "1 ",
    "12-34 ",
    "a@",
    "a.b-c@",
    "DE89 3704 ",
    "+49 30 ",
    "1.2.3.4",
    "aa:bb:",
    "4111 ",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_costs_bounded_time(redact: Redactor, piece: str):
    started = time.process_time()
    redact((piece * 2_000)[:2_000])
    assert time.process_time() - started < 2


def test_an_unknown_country_is_refused():
    with pytest.raises(InvalidRequestError, match="FOOTNOTE_PHONE_REGIONS names XX"):
        Redactor(("US", "XX"))
