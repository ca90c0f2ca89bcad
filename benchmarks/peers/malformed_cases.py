"""What no request should hold: values beside a schema, bodies that are no JSON, and bytes that are no HTTP."""

import json
import random
import re

DEEP = 100_000
DRAW = random.Random(1)
SURROGATE, NUL = object(), "a\0b"
# JSON as it is sent, and the value that it stands for.
VALUES = [
    ("null", None), ("true", True), ("-1", -1), ("1e309", float("inf")), ("1" + "0" * 30, 10**30),
    ("0.5", 0.5), ('""', ""), ('"x"', "x"), ('"a\\u0000b"', NUL), ('"\\ud800"', SURROGATE),
    ('"' + "x" * 70_000 + '"', "x" * 70_000), ("[]", []), ("{}", {}), ("[null]", [None]),
    ('{"unknown":1}', {"unknown": 1}), ('"99999-01-01T00:00:00Z"', "99999-01-01T00:00:00Z"),
    ('"2026-13-45T25:61:61Z"', "2026-13-45T25:61:61Z"), ('"1e309 mi"', "1e309 mi"),
    ("[" * 1_000 + "]" * 1_000, [[]]),
]
TEXTS = ["", "x", "-1", "1e309", "NaN", "1" + "0" * 30, "0.5", "99999-01-01T00:00:00Z", "99999-01-01",
         "nan,nan,nan,nan", "1e309 mi", "1e309,0", ",,,", "x" * 5_000, "a%00b", "%ED%A0%80", "%C0%AF",
         "%F0%9F%8F%94"]
# What no path has; each stands for one of its ids.
PLACES = ["%00", "x", "%ED%A0%80", "%C0%AF", "..%2F..%2Fetc%2Fpasswd", "%F0%9F%8F%94", "x" * 5_000,
          "00000000-0000-0000-0000-00000000000g", "-1", "1e309", "%25", "%0d%0aX:%20y"]
BROKEN_ESCAPES = ["%", "%z", "%zz", "%u0041", "a%"]
FILES = {
    "random bytes": DRAW.randbytes(4_000), "nothing": b"", "NUL": b"\0" * 4_000,
    "deep JSON": b"[" * DEEP + b"]" * DEEP, "deep XML": b"<gpx>" + b"<a>" * DEEP,
    "a number beyond all": b'{"type":"LineString","coordinates":[[1e309,1],[2,3]]}',
    "the year 99999": b'<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>'
                      b'<trkpt lat="91" lon="1e309"><time>99999-01-01T00:00:00Z</time></trkpt>'
                      b'</trkseg></trk></gpx>',
    "gzip that ends": b"\x1f\x8b\x08\0\0\0\0\0\0\x03" + DRAW.randbytes(50),
    "a table": b"started_at,distance_meters\n99999-01-01T00:00:00Z,1e309\n\xff\xfe\0,\n",
}
BODIES = {
    "nothing": b"", "random bytes": DRAW.randbytes(400), "null": b"null", "a list": b"[]", "a text": b'"x"',
    "a number": b"1e309", "half an object": b'{"name":', "two values": b"{} {}", "a comma": b'{"a":1,}',
    "NUL": b"\0", "a BOM of UTF-16": "{}".encode("utf-16"), "bytes that are no UTF-8": b'{"a":"\xff"}',
    "deep lists": b"[" * DEEP + b"]" * DEEP, "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "a lone surrogate as a name": b'{"\\ud800":1}', "a raw surrogate": b'{"a":"\xed\xa0\x80"}',
    "NaN": b'{"a":NaN}', "a comment": b"/* a */ {}", "a raw control": b'{"a":"\x01"}',
    "many members": b"{" + b",".join(b'"a%d":1' % n for n in range(20_000)) + b"}",
}


class Schemas:
    def __init__(self, described):
        self.named = described["components"]["schemas"]

    def plain(self, schema):
        while "$ref" in schema:
            schema = self.named[schema["$ref"].rsplit("/", 1)[1]]
        return schema

    def fits(self, schema, value):
        """Whether a value is what a schema asks for, as far as the values here need it."""
        schema = self.plain(schema)
        if value is SURROGATE or value is NUL and schema.get("type") in ("string", None):
            return False
        if "anyOf" in schema:
            return any(self.fits(other, value) for other in schema["anyOf"])
        kind = schema.get("type")
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        right = {"string": isinstance(value, str), "boolean": isinstance(value, bool),
                 "integer": is_number and value == value // 1 and abs(value) != float("inf"),
                 "number": is_number, "null": value is None, "array": isinstance(value, list),
                 "object": isinstance(value, dict), None: True}[kind]
        if not right or "enum" in schema and value not in schema["enum"]:
            return False
        if isinstance(value, str):
            form = {"date-time": r"\d{4}-(0\d|1[0-2])-", "uuid": r"[0-9a-f-]{36}$",
                    "email": r".+@.+"}.get(schema.get("format"), "")
            return (schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
                    and bool(re.match(form, value) and re.search(schema.get("pattern", ""), value)))
        if is_number:
            return schema.get("minimum", value) <= value <= schema.get("maximum", value)
        if isinstance(value, list):
            return (schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value))
                    and all(self.fits(schema.get("items", {}), item) for item in value))
        if isinstance(value, dict):
            fields = schema.get("properties", {})
            return (all(name in value for name in schema.get("required", []))
                    and all(name in fields or schema.get("additionalProperties", True) is not False
                            for name in value)
                    and all(self.fits(fields[name], item) for name, item in value.items() if name in fields))
        return True

    def reads(self, schema, text):
        """Whether a text of a query is what a schema asks for; None where only the service can tell."""
        schema = self.plain(schema)
        if "%" in text:
            return None
        kind = schema.get("type")
        if kind in ("integer", "number"):
            try:
                value = (int if kind == "integer" else float)(text)
            except ValueError:
                return False
            return value == value and self.fits(schema, value)
        if kind == "boolean":
            return text in ("true", "false")
        if kind == "string":
            return self.fits(schema, text)
        return None

    def places(self, schema, base, pointer=()):
        """The fields of a body and of what stands in it, with the body's value around each."""
        schema = self.plain(schema)
        for name, field in schema.get("properties", {}).items():
            yield (*pointer, name), field
            inner, value = self.plain(field), base.get(name) if isinstance(base, dict) else None
            if inner.get("type") == "object" and len(pointer) < 3:
                yield from self.places(inner, value, (*pointer, name))
            if inner.get("type") == "array" and value and isinstance(value[0], dict):
                yield from self.places(inner["items"], value[0], (*pointer, name, 0))


def put(base, pointer, raw):
    """The text of a body in which one field is as it is sent."""
    body = json.loads(json.dumps(base))
    place = body
    for number, step in enumerate(pointer[:-1]):
        if isinstance(place, dict):
            place = place.setdefault(step, [] if isinstance(pointer[number + 1], int) else {})
        else:
            place = place[step]
    place[pointer[-1]] = "@here@"
    return json.dumps(body).replace('"@here@"', raw).encode()


def wire(method, path, port, token):
    """Requests that are no HTTP, or are two things at once: their names and bytes."""
    head = f"Host: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
    request = f"{method} {path} HTTP/1.1\r\n{head}"
    chunked = request + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    sized = lambda *sizes: request + "".join(f"Content-Length: {size}\r\n" for size in sizes) + "\r\n{}"
    return {name: text if isinstance(text, bytes) else text.encode("latin-1") for name, text in {
        "100,000 fields": request + "X-Field: 1\r\n" * 100_000 + "\r\n",
        "100,000 names": request + "".join(f"X-{n}: 1\r\n" for n in range(100_000)) + "\r\n",
        "a field of 1 MB": request + "X-Field: " + "a" * 1_000_000 + "\r\n\r\n",
        "a path of 1 MB": f"{method} {path}{'/a' * 500_000} HTTP/1.1\r\n{head}\r\n",
        "a query of 1 MB": f"{method} {path}?a={'a' * 1_000_000} HTTP/1.1\r\n{head}\r\n",
        "both lengths": request + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                        + f"GET /healthz HTTP/1.1\r\n{head}\r\n",
        "two lengths": sized(2, 3), "a length with a sign": sized("+2"), "a length below nothing": sized(-1),
        "a length in a list": sized("2, 3"), "a length beyond all": sized("9" * 40), "no length": sized("x"),
        "a chunk without a size": chunked + "zz\r\n{}\r\n0\r\n\r\n",
        "a chunk below nothing": chunked + "-2\r\n{}\r\n0\r\n\r\n",
        "a chunk beyond all": chunked + "f" * 40 + "\r\n{}\r\n0\r\n\r\n",
        "a chunk that is longer": chunked + "2\r\n{}xxxx\r\n0\r\n\r\n",
        "an endless chunk size": chunked + "0" * 1_000_000,
        "another coding": request + "Transfer-Encoding: gzip\r\n\r\n{}",
        "two codings": request + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "NUL in the path": f"{method} {path}\0 HTTP/1.1\r\n{head}\r\n",
        "bytes in the path": f"{method} {path}\xff\xfe HTTP/1.1\r\n{head}\r\n",
        "a blank in the path": f"{method} {path} a HTTP/1.1\r\n{head}\r\n",
        "NUL in a field": request + "X-Field: a\0b\r\n\r\n", "no colon": request + "X-Field\r\n\r\n",
        "a blank before the colon": request + "X-Field : a\r\n\r\n",
        "a folded field": request + "X-Field: a\r\n b\r\n\r\n",
        "no host": f"{method} {path} HTTP/1.1\r\n\r\n", "two hosts": request + "Host: elsewhere\r\n\r\n",
        "a version that is none": f"{method} {path} HTTP/9.9\r\n{head}\r\n",
        "no version": f"{method} {path}\r\n\r\n",
        "a method that is none": f"{'M' * 1_000} {path} HTTP/1.1\r\n{head}\r\n",
        "random bytes": DRAW.randbytes(2_000), "a handshake of TLS": b"\x16\x03\x01\x02\0\x01" + bytes(512),
    }.items()}
