"""Which language words are in, and which of them carry the meaning."""

import re
from functools import lru_cache

from ..expressions import regex

_SCRIPTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("ja", regex("[\u3040-\u30ff]")),
    ("ko", regex("[\uac00-\ud7af\u1100-\u11ff]")),
    ("zh", regex("[\u4e00-\u9fff]")),
    ("ru", regex("[\u0400-\u04ff]")),
    ("ar", regex("[\u0600-\u06ff]")),
    ("he", regex("[\u0590-\u05ff]")),
    ("hi", regex("[\u0900-\u097f]")),
    ("th", regex("[\u0e00-\u0e7f]")),
    ("el", regex("[\u0370-\u03ff]")),
)
_UKRAINIAN = regex("[іїєґІЇЄҐ]")

#: Words that are common in one language; a word that several share counts for each of them.
_STOPS: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": """a an the and or but if is are was were be been am do does did have has had can could
            will would should shall may might must i you he she it we they me him her us them my
            your his its our their this that these those what which who whom whose when where why
            how not no yes of in on at to for from by with about into over under as than then so too
            very just also please tell show there here all any some more most other such only own
            same give make let get want need like know think say help me's what's it's i'm don't
            can't between during before after out up down off again once list write explain describe
            using use many much each every both few good well one two three four five six seven
            eight nine ten something anything nothing feel feels felt never always thing things
            really way today now hi hello hey thanks thank briefly brief short shortly sentence
            sentences word words paragraph paragraphs answer question reply respond""",
        "de": """der die das und oder aber ist sind war ein eine einen einem einer nicht ich du er sie es
            wir ihr mir dir mich dich was wer wie wo wann warum wieso welche welcher für mit von zu
            zum zur auf in im am an bei nach aus über unter auch noch nur sehr kann kannst können
            bitte mein meine dein deine den dem des hallo danke gibt geht wird werden habe hat haben
            erkläre nenne schreibe mal guten tag""",
        "fr": """le la les un une des et ou mais est sont était ne pas je tu il elle nous vous ils elles
            que qui quoi quel quelle quels quelles comment où quand pourquoi pour avec de du dans
            sur par au aux ce cette ces mon ma mes ton votre vos plus très peux peut pouvez bonjour
            salut merci c'est qu'est- ce s'il plaît moi toi fait faire fonctionne explique expliquez
            écris donne""",
        "es": """el la los las un una unos unas y o pero es son era no yo tú él ella nosotros que qué
            quién cuál cómo dónde cuándo por porqué para con de del en sobre al a mi tu su más muy
            puedes puede hola gracias está están favor explica escribe dime hay funciona se lo me te
            le buenos días""",
        "it": """il lo la gli le un uno una e o ma è sono era non io tu lui lei noi voi che chi cosa
            quale come dove quando perché per con di del della dei delle nel nella su al alla mio
            tuo suo più molto puoi può ciao grazie questo questa spiega scrivi dimmi ci si favore
            funziona""",
        "pt": """a funciona o os as um uma uns umas e ou mas é são era não eu você ele ela nós que quem qual como
            onde quando por para com de do da dos das em no na sobre ao meu minha seu sua mais muito
            pode olá obrigado obrigada está isso este esta explique escreva favor me porque oi bom
            dia""",
        "nl": """de het een en of maar is zijn was niet ik jij je hij zij wij we jullie wat wie hoe waar
            wanneer waarom welke voor met van naar op in aan bij uit over ook nog maar heel kan kunt
            kun hallo dank alstublieft mijn jouw dit dat deze die werkt leg schrijf geef er te mij""",
        "pl": """i lub ale jest są był nie ja ty on ona my wy oni co kto jak gdzie kiedy dlaczego który
            która które dla z ze do na w we o po przez za od się mój moja twój to ten ta te bardzo
            może możesz cześć dziękuję proszę czy jaka jaki jakie wyjaśnij napisz mi działa
            dzień dobry""",
        "tr": """ve veya ama bir bu şu o ben sen biz siz onlar ne kim nasıl nerede zaman neden niçin
            hangi için ile de da mi mı mu mü çok daha en var yok değil merhaba teşekkürler lütfen
            bana benim senin kadar gibi nedir misin mısın açıkla yaz selam""",
        "vi": """và hoặc nhưng là có không tôi bạn anh chị em chúng ta họ gì ai nào đâu khi sao thế như
            cho với của ở trong trên từ đến được các những một này kia rất hãy xin chào cảm ơn làm
            giải thích viết về""",
        "sv": """och eller men är var en ett den det de inte jag du han hon vi ni vad vem hur när varför
            vilken för med av till på i om från som också mycket kan hej tack snälla min din detta
            denna skriv förklara mig ska fungerar""",
        "cs": """a nebo ale je jsou byl ne já ty on ona my vy oni co kdo jak kde kdy proč který která
            které pro s se do na v ve o po za od můj tvůj to ten ta velmi může můžeš ahoj děkuji
            prosím jaký jaká jaké vysvětli napiš mi si dobrý den funguje""",
        "id": """dan atau tetapi adalah ini itu saya aku kamu anda dia kami kita mereka apa siapa
            bagaimana mana kapan mengapa kenapa yang untuk dengan dari ke di pada tidak bukan ada
            sangat bisa dapat halo terima kasih tolong jelaskan tulis tentang cara""",
        "ru": """и или но не я ты он она мы вы они что кто как где когда почему зачем какой какая какие
            для с со в во на по о об от до из за у к это этот эта мой моя твой очень может можешь
            привет спасибо пожалуйста есть быть мне нас расскажи объясни напиши ли такое работает
            здравствуйте""",
        "uk": """і та або але не я ти він вона ми ви вони що хто як де коли чому який яка які для з зі в
            у на по про від до із за це цей ця мій моя твій дуже може можеш привіт дякую будь ласка
            є мені розкажи поясни напиши чи таке працює вітаю""",
        "ar": "ما هو هي كيف أين متى لماذا من في على إلى عن هل هذا هذه مع أو لا أنا أنت مرحبا شكرا السلام لي",
        "ko": """무엇인가요 무엇입니까 뭐예요 무엇 어떻게 왜 어디 언제 누구 설명해
            알려 주세요 줘 해주세요""",
        "he": "מה מי איך איפה מתי למה של על את עם זה זו הוא היא אני אתה לא כן או גם שלום תודה בבקשה יש לי",
        "hi": """क्या कौन कैसे कहाँ कब क्यों है हैं का की के में से को पर और या नहीं यह वह मैं आप हम
            नमस्ते धन्यवाद मुझे बताओ बताइए करता करती होता होती काम""",
        "el": """τι ποιος ποια πώς πού πότε γιατί είναι και ή όχι ναι ο η το οι τα του της των τον την
            ένα μια για με από σε στο στη στην γεια ευχαριστώ μου σου παρακαλώ που""",
    }.items()
}
_LATIN = ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "tr", "vi", "sv", "cs", "id")

#: Letters that give a Latin-written language away.
_MARKS: dict[str, re.Pattern[str]] = {
    "de": regex("[ßäöü]"),
    "fr": regex("[çœèêàùî]|\\bqu'|\\bl'|\\bd'"),
    "es": regex("[¿¡ñ]"),
    "pt": regex("[ãõ]"),
    "pl": regex("[ąęłśżźćń]"),
    "tr": regex("[ğışİ]"),
    "vi": regex("[ăđơư\u1ea0-\u1ef9]"),
    "sv": regex("å"),
    "cs": regex("[ěřůč]"),
}
_WORD = regex(r"[^\W_]+(?:['’\-][^\W_]+)*")
_DOTTED = regex(rf"{_WORD.pattern}(?:\.(?:[a-z0-9]+))*")  # 3.14, 2.5.1, node.js
_FUNCTION_MARKS = regex(
    "[\\s\\W]+|请|帮我|什么是|是什么|什么|怎么样|怎么|如何|为什么|哪里|哪个|可以|告诉我|解释|一下|介绍|吗|呢|吧|的|是"
    "|について|とは|何ですか|なんですか|教えて|ください|説明して|どうやって|なぜ|どこ|いつ|ですか|ます|です|を|が|は|に|で|か"
    "|คืออะไร|อะไร|อย่างไร|ทำไม|ที่ไหน|เมื่อไร|ช่วย|อธิบาย|เกี่ยวกับ|ครับ|ค่ะ|คะ|หน่อย"
)
_UNSPACED = ("zh", "ja", "th")
_READ_LIMIT = 2000  # characters: enough to know a language by, and the same cost for any prompt

#: What the languages are called in English.
NAMES: dict[str, str] = {
    "arabic": "ar",
    "chinese": "zh",
    "mandarin": "zh",
    "czech": "cs",
    "dutch": "nl",
    "english": "en",
    "french": "fr",
    "german": "de",
    "greek": "el",
    "hebrew": "he",
    "hindi": "hi",
    "indonesian": "id",
    "italian": "it",
    "japanese": "ja",
    "korean": "ko",
    "polish": "pl",
    "portuguese": "pt",
    "russian": "ru",
    "spanish": "es",
    "swedish": "sv",
    "thai": "th",
    "turkish": "tr",
    "ukrainian": "uk",
    "vietnamese": "vi",
}


_SPEAKERS: dict[str, tuple[str, ...]] = {
    word: tuple(language for language in _LATIN if word in _STOPS[language])
    for word in frozenset().union(*(_STOPS[language] for language in _LATIN))
}


@lru_cache(256)
def detect(text: str) -> str:
    """Return the ISO 639-1 code of the language of `text`; English when it does not show."""
    text = text[:_READ_LIMIT]
    written = "" if text.isascii() else _script(text)
    if written:
        return written
    lowered = text.lower()
    scores = dict.fromkeys(_LATIN, 0)
    for word in words(lowered):
        for language in _SPEAKERS.get(word, ()):
            scores[language] += 1
    for language, marks in _MARKS.items() if not text.isascii() or "'" in text else ():
        scores[language] += len(marks.findall(lowered))
    best = max(_LATIN, key=scores.__getitem__)
    return best if scores[best] > scores["en"] else "en"


def _script(text: str) -> str:
    """Return the language that the letters alone give away; "" for the Latin ones."""
    for language, script in _SCRIPTS:
        seen = len(script.findall(text))
        if seen >= 2 and seen * 4 >= sum(map(str.isalpha, text)):
            return "uk" if language == "ru" and _UKRAINIAN.search(text) else language
    return ""


def words(text: str) -> list[str]:
    """Return the words of `text`, as they stand."""
    return _WORD.findall(text)


def keywords(text: str, language: str = "en") -> tuple[str, ...]:
    """Return the words that carry the meaning, in order, each once."""
    text = text[:_READ_LIMIT]
    if language in _UNSPACED:
        pieces = [piece[:12] for piece in _FUNCTION_MARKS.split(text) if piece]
        return tuple(dict.fromkeys(pieces))
    stops = function_words(language)
    meant = [word for word in _DOTTED.findall(text) if word.lower().replace("’", "'") not in stops and len(word) > 1]
    return tuple(dict.fromkeys(meant))


def function_words(language: str) -> frozenset[str]:
    """Return the words of a language that carry little meaning of their own; English ones for one unknown."""
    return _STOPS.get(language, _STOPS["en"])


def bag(line: str) -> frozenset[str]:
    """Return the words of a line, parted by spaces, as a set."""
    return frozenset(line.split())


def stem(word: str) -> str:
    """Return an English word without the endings that inflect it: light, and equal for kin words."""
    word = word.lower()
    for ending in ("ations", "ation", "ators", "ator", "ating", "ates", "ated", "ate", "ies"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    for ending in ("ings", "ing", "ers", "er", "ed", "es", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            cut = word[: -len(ending)]
            return cut[:-1] if len(cut) > 3 and cut[-1] == cut[-2] and cut[-1] not in "ls" else cut
    return word
