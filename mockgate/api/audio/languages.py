"""The languages that can be named, by their ISO 639-1 codes. Source: OpenAI's guide to speech to text."""

from ...wording import bad_request

_TABLE = """
af afrikaans,ar arabic,hy armenian,az azerbaijani,be belarusian,bs bosnian,bg bulgarian,ca catalan,zh chinese,
hr croatian,cs czech,da danish,nl dutch,en english,et estonian,fi finnish,fr french,gl galician,de german,el greek,
he hebrew,hi hindi,hu hungarian,is icelandic,id indonesian,it italian,ja japanese,kn kannada,kk kazakh,ko korean,
lv latvian,lt lithuanian,mk macedonian,ms malay,mr marathi,mi maori,ne nepali,no norwegian,fa persian,pl polish,
pt portuguese,ro romanian,ru russian,sr serbian,sk slovak,sl slovenian,es spanish,sw swahili,sv swedish,tl tagalog,
ta tamil,th thai,tr turkish,uk ukrainian,ur urdu,vi vietnamese,cy welsh
"""

#: A language's name by its code.
NAMES: dict[str, str] = dict(entry.split() for entry in _TABLE.split(","))

_CODES = {name: code for code, name in NAMES.items()}


def code(written: str, param: str = "language") -> str:
    """Return the code of a language, which may also be called by its name; `param` is where it was given.

    Raises GatewayError (400) for one that is not known.
    """
    found = written.strip().lower()
    if found in NAMES:
        return found
    if found in _CODES:
        return _CODES[found]
    message = f"Invalid language '{written}'. Language parameter must be specified in ISO-639-1 format."
    raise bad_request(message, param, "invalid_language_format")
