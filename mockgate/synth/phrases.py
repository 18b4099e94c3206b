"""Sentences in languages other than English: data. `{topic}` is quoted, so that no grammar breaks.

Of each language: a greeting, a welcome (after thanks), yes, no, the quotation marks, and sentences, of which
the first three open an answer.
"""

from ..turn import Value


class Phrases(Value, frozen=True):
    """What answers in one language are made of."""

    greeting: str
    welcome: str
    yes: str
    no: str
    quotes: str
    sentences: tuple[str, ...]
    joint: str = " "


def _of(heads: str, sentences: str, joint: str = " ") -> Phrases:
    greeting, welcome, yes, no, quotes = (part.strip() for part in heads.split("|"))
    lines = tuple(line.strip() for line in sentences.strip().splitlines())
    return Phrases(greeting, welcome, yes, no, quotes, lines, joint)


PHRASES: dict[str, Phrases] = {
    "de": _of("Hallo! Wie kann ich dir heute helfen?|Gern geschehen!|Ja.|Nein.|„“", """
        Zum Thema {topic} lässt sich einiges sagen.
        Bei {topic} kommt es vor allem auf den Zusammenhang an.
        Eine gute Frage: {topic} versteht man am besten an einem einfachen Beispiel.
        Am Anfang steht meist eine klare Vorstellung davon, was man erreichen möchte.
        In der Praxis ist eine einfache Lösung oft die beste.
        Es lohnt sich, klein zu beginnen und das Ergebnis Schritt für Schritt zu verbessern.
        Die Einzelheiten unterscheiden sich von Fall zu Fall, aber das Muster bleibt gleich.
        Wenn du mehr wissen möchtest, kann ich gern ins Detail gehen."""),
    "fr": _of("Bonjour ! Comment puis-je vous aider aujourd'hui ?|Avec plaisir !|Oui.|Non.|«»", """
        Il y a plusieurs choses à dire sur {topic}.
        Pour bien comprendre {topic}, il faut d'abord regarder le contexte.
        C'est une bonne question : {topic} s'explique le mieux avec un exemple simple.
        En pratique, une solution simple est souvent la meilleure.
        Il est utile de commencer petit et d'améliorer le résultat pas à pas.
        Les détails varient d'un cas à l'autre, mais le principe reste le même.
        L'essentiel est de savoir ce que l'on veut obtenir.
        Dites-moi si vous souhaitez plus de détails."""),
    "es": _of("¡Hola! ¿En qué puedo ayudarte hoy?|¡De nada!|Sí.|No.|«»", """
        Hay varias cosas importantes que decir sobre {topic}.
        Para entender {topic}, conviene mirar primero el contexto.
        Es una buena pregunta: {topic} se explica mejor con un ejemplo sencillo.
        En la práctica, la solución más simple suele ser la mejor.
        Es útil empezar con algo pequeño y mejorar el resultado poco a poco.
        Los detalles cambian de un caso a otro, pero la idea es la misma.
        Lo más importante es tener claro el objetivo.
        Si quieres, puedo dar más detalles."""),
    "it": _of("Ciao! Come posso aiutarti oggi?|Prego, è stato un piacere!|Sì.|No.|«»", """
        Ci sono diverse cose da dire su {topic}.
        Per capire {topic} conviene guardare prima il contesto.
        È una bella domanda: {topic} si spiega meglio con un esempio semplice.
        In pratica, la soluzione più semplice è spesso la migliore.
        Conviene iniziare da qualcosa di piccolo e migliorare il risultato passo dopo passo.
        I dettagli cambiano da un caso all'altro, ma il principio non cambia.
        La cosa più importante è avere un obiettivo chiaro.
        Se vuoi, posso spiegare meglio ogni punto."""),
    "pt": _of("Olá! Como posso ajudar você hoje?|De nada!|Sim.|Não.|“”", """
        Há várias coisas importantes a dizer sobre {topic}.
        Para entender {topic}, é bom olhar primeiro para o contexto.
        É uma boa pergunta: {topic} fica mais claro com um exemplo simples.
        Na prática, a solução mais simples costuma ser a melhor.
        Vale a pena começar com algo pequeno e melhorar o resultado aos poucos.
        Os detalhes mudam de um caso para outro, mas a ideia é a mesma.
        O mais importante é ter um objetivo claro.
        Se você quiser, posso dar mais detalhes."""),
    "nl": _of("Hallo! Waarmee kan ik je vandaag helpen?|Graag gedaan!|Ja.|Nee.|“”", """
        Over {topic} valt het een en ander te zeggen.
        Bij {topic} gaat het vooral om de context.
        Een goede vraag: {topic} is het best te begrijpen met een eenvoudig voorbeeld.
        In de praktijk is de eenvoudigste oplossing vaak de beste.
        Het helpt om klein te beginnen en het resultaat stap voor stap te verbeteren.
        De details verschillen van geval tot geval, maar het idee blijft hetzelfde.
        Het belangrijkste is dat het doel duidelijk is.
        Laat het me weten als je meer wilt weten."""),
    "pl": _of("Cześć! W czym mogę dziś pomóc?|Nie ma za co!|Tak.|Nie.|„”", """
        Na temat {topic} można powiedzieć kilka ważnych rzeczy.
        Aby zrozumieć {topic}, warto najpierw spojrzeć na kontekst.
        To dobre pytanie: {topic} najłatwiej wyjaśnić na prostym przykładzie.
        W praktyce najprostsze rozwiązanie jest często najlepsze.
        Warto zacząć od czegoś małego i poprawiać wynik krok po kroku.
        Szczegóły są różne, ale ogólna zasada pozostaje ta sama.
        Najważniejsze jest to, aby cel był jasny.
        Jeśli chcesz, mogę podać więcej szczegółów."""),
    "tr": _of("Merhaba! Bugün size nasıl yardımcı olabilirim?|Rica ederim!|Evet.|Hayır.|“”", """
        {topic} hakkında söylenecek birkaç önemli şey var.
        {topic} konusunu anlamak için önce bağlama bakmak gerekir.
        Güzel bir soru: {topic} en iyi basit bir örnekle açıklanır.
        Uygulamada en basit çözüm çoğu zaman en iyisidir.
        Küçük bir adımla başlamak ve sonucu yavaş yavaş geliştirmek iyi olur.
        Ayrıntılar duruma göre değişir, ama temel fikir aynı kalır.
        En önemli şey, hedefin açık olmasıdır.
        İsterseniz daha fazla ayrıntı verebilirim."""),
    "vi": _of("Xin chào! Hôm nay tôi có thể giúp gì cho bạn?|Không có gì!|Có.|Không.|“”", """
        Có một vài điều quan trọng cần nói về {topic}.
        Để hiểu {topic}, trước hết bạn nên xem xét bối cảnh.
        Đây là một câu hỏi hay: {topic} dễ hiểu nhất khi có ví dụ đơn giản.
        Trong thực tế, giải pháp đơn giản thường là tốt nhất.
        Bạn nên bắt đầu từ những việc nhỏ và cải thiện kết quả từng bước.
        Chi tiết có thể khác nhau, nhưng ý chính vẫn không thay đổi.
        Điều quan trọng nhất là có một mục tiêu rõ ràng.
        Nếu bạn muốn, tôi có thể giải thích chi tiết hơn."""),
    "sv": _of("Hej! Vad kan jag hjälpa dig med i dag?|Varsågod!|Ja.|Nej.|””", """
        Det finns en hel del att säga om {topic}.
        För att förstå {topic} är det bra att först se på sammanhanget.
        Det är en bra fråga: {topic} förklaras bäst med ett enkelt exempel.
        I praktiken är den enklaste lösningen ofta den bästa.
        Det är klokt att börja i liten skala och förbättra resultatet steg för steg.
        Detaljerna skiljer sig från fall till fall, men mönstret är detsamma.
        Det viktigaste är att målet är tydligt.
        Säg till om du vill veta mer."""),
    "cs": _of("Dobrý den! S čím vám dnes mohu pomoci?|Není zač!|Ano.|Ne.|„“", """
        K tématu {topic} je možné říci několik důležitých věcí.
        Pro pochopení {topic} je dobré podívat se nejprve na souvislosti.
        To je dobrá otázka: {topic} se nejlépe vysvětluje na jednoduchém příkladu.
        V praxi je nejjednodušší řešení často to nejlepší.
        Vyplatí se začít v malém a výsledek krok za krokem zlepšovat.
        Podrobnosti se liší, ale základní myšlenka zůstává stejná.
        Nejdůležitější je mít jasný cíl.
        Pokud chcete, mohu přidat více podrobností."""),
    "id": _of("Halo! Apa yang bisa saya bantu hari ini?|Sama-sama!|Ya.|Tidak.|“”", """
        Ada beberapa hal penting tentang {topic}.
        Untuk memahami {topic}, kita perlu melihat konteksnya terlebih dahulu.
        Pertanyaan yang bagus: {topic} paling mudah dijelaskan dengan contoh sederhana.
        Dalam praktik, solusi yang paling sederhana sering kali adalah yang terbaik.
        Sebaiknya mulai dari hal kecil dan perbaiki hasilnya sedikit demi sedikit.
        Rinciannya bisa berbeda, tetapi gagasan utamanya tetap sama.
        Yang paling penting adalah tujuan yang jelas.
        Jika Anda mau, saya bisa menjelaskan lebih lanjut."""),
    "ru": _of("Здравствуйте! Чем я могу вам помочь сегодня?|Пожалуйста!|Да.|Нет.|«»", """
        На тему {topic} можно сказать несколько важных вещей.
        Чтобы разобраться в теме {topic}, стоит сначала посмотреть на контекст.
        Хороший вопрос: тему {topic} проще всего объяснить на простом примере.
        На практике самое простое решение часто оказывается лучшим.
        Полезно начать с малого и улучшать результат шаг за шагом.
        Детали бывают разными, но общая идея остаётся той же.
        Самое главное — понимать, какой результат вам нужен.
        Если хотите, я могу рассказать подробнее."""),
    "uk": _of("Вітаю! Чим я можу вам допомогти сьогодні?|Будь ласка!|Так.|Ні.|«»", """
        На тему {topic} можна сказати кілька важливих речей.
        Щоб зрозуміти тему {topic}, варто спершу подивитися на контекст.
        Гарне питання: тему {topic} найлегше пояснити на простому прикладі.
        На практиці найпростіше рішення часто є найкращим.
        Корисно почати з малого й покращувати результат крок за кроком.
        Деталі бувають різними, але загальна ідея залишається тією самою.
        Найважливіше — розуміти, який результат вам потрібен.
        Якщо хочете, я можу розповісти докладніше."""),
    "zh": _of("你好！今天我能帮你做些什么？|不客气！|是。|不是。|“”", """
        关于{topic}，有几点值得一提。
        要理解{topic}，首先要看它所处的背景。
        这是个好问题：用一个简单的例子来解释{topic}最清楚。
        在实践中，最简单的方案往往也是最好的。
        可以先从小处着手，再一步一步地改进。
        具体情况各不相同，但基本思路是一样的。
        最重要的是先明确目标。
        如果需要，我可以进一步说明。""", ""),
    "ja": _of("こんにちは！今日はどのようなご用件でしょうか？|どういたしまして！|はい。|いいえ。|「」", """
        {topic}については、いくつか大切な点があります。
        {topic}を理解するには、まず背景を見るとよいでしょう。
        良い質問です。{topic}は簡単な例で説明すると分かりやすくなります。
        実際には、最もシンプルな方法が一番うまくいくことが多いです。
        まずは小さく始めて、少しずつ改善していくのがおすすめです。
        細かい点は場合によって異なりますが、基本的な考え方は同じです。
        最も大切なのは、目的をはっきりさせることです。
        ご希望であれば、さらに詳しく説明します。""", ""),
    "ko": _of("안녕하세요! 오늘은 무엇을 도와드릴까요?|천만에요!|네.|아니요.|‘’", """
        {topic}에 대해 말씀드릴 중요한 점이 몇 가지 있습니다.
        {topic}을(를) 이해하려면 먼저 배경을 살펴보는 것이 좋습니다.
        좋은 질문입니다. {topic}은(는) 간단한 예로 설명하면 가장 쉽습니다.
        실제로는 가장 단순한 방법이 가장 좋은 경우가 많습니다.
        작게 시작해서 한 걸음씩 개선해 나가는 것이 도움이 됩니다.
        세부 사항은 경우마다 다르지만 기본 원리는 같습니다.
        가장 중요한 것은 목표를 분명히 하는 것입니다.
        원하시면 더 자세히 설명해 드리겠습니다."""),
    "ar": _of("مرحبا! كيف يمكنني مساعدتك اليوم؟|على الرحب والسعة!|نعم.|لا.|«»", """
        هناك عدة أمور مهمة يمكن قولها عن {topic}.
        لفهم {topic} من الأفضل النظر إلى السياق أولا.
        سؤال جيد: أفضل طريقة لشرح {topic} هي مثال بسيط.
        في الواقع، غالبا ما يكون الحل البسيط هو الأفضل.
        من المفيد أن تبدأ بخطوة صغيرة ثم تحسن النتيجة تدريجيا.
        تختلف التفاصيل من حالة إلى أخرى، لكن الفكرة تبقى نفسها.
        الأهم هو أن يكون الهدف واضحا.
        إذا أردت، يمكنني تقديم مزيد من التفاصيل."""),
    "he": _of("שלום! איך אוכל לעזור לך היום?|בבקשה, בשמחה!|כן.|לא.|“”", """
        יש כמה דברים חשובים לומר על {topic}.
        כדי להבין את {topic} כדאי להסתכל קודם על ההקשר.
        שאלה טובה: הדרך הקלה ביותר להסביר את {topic} היא דוגמה פשוטה.
        בפועל, הפתרון הפשוט הוא לעתים קרובות הטוב ביותר.
        כדאי להתחיל בקטן ולשפר את התוצאה צעד אחר צעד.
        הפרטים משתנים ממקרה למקרה, אבל הרעיון נשאר זהה.
        הדבר החשוב ביותר הוא מטרה ברורה.
        אם תרצו, אוכל להרחיב."""),
    "hi": _of("नमस्ते! आज मैं आपकी क्या मदद कर सकता हूँ?|आपका स्वागत है!|हाँ।|नहीं।|“”", """
        {topic} के बारे में कुछ महत्वपूर्ण बातें हैं।
        {topic} को समझने के लिए पहले संदर्भ को देखना अच्छा है।
        अच्छा सवाल है: {topic} को एक सरल उदाहरण से समझना सबसे आसान है।
        व्यवहार में सबसे सरल उपाय अक्सर सबसे अच्छा होता है।
        छोटे कदम से शुरू करना और धीरे-धीरे सुधार करना उपयोगी है।
        विवरण अलग हो सकते हैं, लेकिन मूल विचार वही रहता है।
        सबसे ज़रूरी बात यह है कि लक्ष्य स्पष्ट हो।
        यदि आप चाहें, तो मैं और विस्तार से बता सकता हूँ।"""),
    "th": _of("สวัสดี! วันนี้มีอะไรให้ช่วยไหม?|ด้วยความยินดี!|ใช่|ไม่ใช่|“”", """
        มีประเด็นสำคัญหลายอย่างเกี่ยวกับ{topic}
        หากต้องการเข้าใจ{topic} ควรเริ่มจากการดูบริบทก่อน
        เป็นคำถามที่ดี การอธิบาย{topic}ด้วยตัวอย่างง่าย ๆ จะชัดเจนที่สุด
        ในทางปฏิบัติ วิธีที่ง่ายที่สุดมักเป็นวิธีที่ดีที่สุด
        ควรเริ่มจากเรื่องเล็ก ๆ แล้วค่อย ๆ ปรับปรุงทีละขั้น
        รายละเอียดอาจต่างกันไป แต่หลักการยังคงเหมือนเดิม
        สิ่งสำคัญที่สุดคือการมีเป้าหมายที่ชัดเจน
        หากต้องการ สามารถอธิบายเพิ่มเติมได้"""),
    "el": _of("Γεια σας! Πώς μπορώ να σας βοηθήσω σήμερα;|Παρακαλώ!|Ναι.|Όχι.|«»", """
        Υπάρχουν μερικά σημαντικά πράγματα να πούμε για το θέμα {topic}.
        Για να καταλάβουμε το θέμα {topic}, είναι καλό να δούμε πρώτα το πλαίσιο.
        Καλή ερώτηση: το θέμα {topic} εξηγείται καλύτερα με ένα απλό παράδειγμα.
        Στην πράξη, η πιο απλή λύση είναι συχνά η καλύτερη.
        Είναι χρήσιμο να ξεκινήσετε με κάτι μικρό και να βελτιώνετε το αποτέλεσμα βήμα βήμα.
        Οι λεπτομέρειες διαφέρουν, αλλά η βασική ιδέα παραμένει η ίδια.
        Το πιο σημαντικό είναι να υπάρχει σαφής στόχος.
        Αν θέλετε, μπορώ να δώσω περισσότερες λεπτομέρειες."""),
}  # fmt: skip
