"""English sentences to build answers from: data. `{topic}` is what was asked about, `{act}` what is to be
done, `{one}` its object, `{two}` an aspect."""

GREETINGS = (
    "Hello! How can I help you today?",
    "Hi there! What can I do for you?",
    "Hello! It's good to hear from you. What would you like to work on?",
    "Hi! I'm ready when you are. What's on your mind?",
    "Hey! What can I help you with today?",
    "Hello there! Ask me anything, and I'll do my best to help.",
)
THANKS = (
    "You're welcome! Let me know if there is anything else.",
    "Happy to help! Just ask if something else comes up.",
    "My pleasure. Is there anything else you'd like to go through?",
    "Any time! I'm here if you have more questions.",
)
WHAT = (
    "In short, {topic} is best understood by looking at what it does and why people care about it.",
    "The short answer on {topic}: it depends on the context, but a few things hold nearly everywhere.",
    "When people ask about {topic}, they usually want the core idea first and the details second.",
    "There are two sides to {topic}: what it is in principle, and how it shows up in practice.",
    "A good way to think about {topic} is to start from a simple example and build up from there.",
    "At its heart, {topic} comes down to a handful of ideas that fit together well.",
    "Good question. With {topic}, the basics matter more than the fine print.",
    "Here is a clear way to look at {topic}.",
)
WHY = (
    "There are two main reasons, and both have to do with {one}.",
    "It mostly comes down to how {one} behaves under ordinary conditions.",
    "The short explanation starts with {one}: small causes add up to the effect you describe.",
    "Good question. The key is {one}, which has more influence here than one might expect.",
    "Several factors play a part, but {one} is the one that matters most.",
)
HOW = (
    "To {act}, start with the simplest version that could work and improve it from there.",
    "The easiest way to {act} is to break it into a few small steps.",
    "If you want to {act}, start by gathering what you need and deciding what a good result looks like.",
    "You can {act} in three steps: prepare, try it on a small scale, and check the result.",
    "Here is a practical way to {act}.",
)
STATEMENT = (
    "That makes sense. With {topic}, it helps to be clear about the goal before going into details.",
    "Got it. Let's look at {topic} step by step.",
    "Thanks for the context. Regarding {topic}, here is how I would approach it.",
    "Understood. There are a few useful things to say about {topic}.",
    "Sure. Here is a concise take on {topic}.",
)
SHORT = (
    "In short, {topic} is easiest to understand through a simple example.",
    "{topic} comes down to a few basic ideas, and {two} is the one to remember.",
    "The essence of {topic} is that small choices add up over time.",
    "Put simply, {topic} depends mostly on {two}.",
)
BODY = (
    "The first thing to consider is {one}, because most of the other choices follow from it.",
    "In practice, {one} tends to matter more than people expect.",
    "A common mistake is to overlook {two} until late in the process.",
    "It is worth starting small: try one concrete case, see what happens, and adjust.",
    "For most people, a simple approach works well and leaves room to refine things later.",
    "If you look at {one} and {two} together, the picture becomes much clearer.",
    "There is no single right answer, but some options are clearly easier to live with than others.",
    "Much of the difference comes from {two} rather than from anything more exotic.",
    "A short checklist helps here: what is the goal, what are the limits, and who is affected?",
    "Over time, small improvements to {one} add up.",
    "Experts tend to agree on the fundamentals, even where they differ on the details.",
    "The trade-off is usually between speed and certainty.",
    "It also helps to write down what you already know about {topic}.",
    "Context matters, so treat this as a starting point rather than a final verdict.",
    "One useful test is whether you could explain {topic} to a friend in a minute.",
    "When in doubt, favour the option that is easiest to undo.",
    "Reliable sources are a good next stop if you need exact figures.",
    "Many people find that {two} becomes easier with a little practice.",
    "The details vary from case to case, yet the pattern stays the same.",
    "Seen from a distance, {one} is only one part of a larger whole.",
    "Keep an eye on cost, time and quality, since they rarely all improve at once.",
    "What works well in one setting may need small changes in another.",
    "A concrete example makes {topic} easier to remember.",
    "Most trouble with {one} can be traced back to unclear expectations.",
    "Feedback early on saves a lot of effort later.",
    "Historically, views on {topic} have changed as new evidence came in.",
    "The benefits show up gradually, so patience pays off.",
    "It is easy to measure {one}, and harder to measure what it means for {two}.",
)
STEPS = (
    "First, make sure you have everything at hand, especially {one}.",
    "Next, work through {two} in small pieces and check each one.",
    "Then compare the result with what you expected and adjust where needed.",
    "After that, repeat the step that gave the best result.",
    "Finally, write down what worked so that the next time is quicker.",
    "If something goes wrong, go back one step rather than starting over.",
    "Take a moment to confirm each step before moving on.",
)
CLOSERS = (
    "If you tell me more about your situation, I can be more specific.",
    "Let me know if you would like an example.",
    "I'm happy to go deeper into any part of this.",
    "Would you like more detail on {one}?",
    "In the end, the best choice is the one that fits your goals.",
)
ITEMS = (
    "Start with the basics of {topic}",
    "Set a clear goal for {topic}",
    "Learn from people who know {topic} well",
    "Try one small experiment each week",
    "Keep notes on what works and what does not",
    "Review your progress regularly",
    "Ask for feedback early",
    "Focus on {one} before anything else",
    "Make time for {two}",
    "Compare at least two options",
    "Keep it simple at first",
    "Build a habit around {one}",
    "Share what you find with others",
    "Celebrate small wins",
    "Plan for the unexpected",
    "Use the tools you already have",
    "Look at {topic} from another angle",
    "Set a budget and stick to it",
    "Take breaks to keep a fresh view",
    "Measure the results",
)
POEM = (
    "A quiet word on {one} at the break of day,",
    "the morning light finds {two} along the way,",
    "and slowly, softly, {one} begins to grow,",
    "like something that we knew but did not know.",
    "The hours pass and still the song goes on,",
    "of {two} remembered long after it is gone,",
    "a thread of gold in ordinary things,",
    "the small and patient hope that {one} brings.",
)
STORY = (
    "It began on an ordinary morning, when nobody was thinking about {topic}.",
    "Mara noticed it first: something about {one} had changed overnight.",
    "She told no one, but by noon the whole street was talking.",
    "There was an old saying in the village about {two}, and she had never believed it.",
    "By evening she stood at the edge of the harbour with a lantern in her hand.",
    "The wind dropped, and for a moment everything was still.",
    "Then she understood what {one} had been trying to tell her all along.",
    "She laughed, turned around, and walked home by the long way.",
    "In the years that followed, people asked her about {topic}, and she always smiled.",
)
JOKES = (
    "Why did {topic} get invited to every party? Because nobody else could keep a straight face!",
    "I tried to come up with a joke about {topic}, but it needed more time to sink in. A bit like my coffee.",
    "What do you call {topic} on a Monday morning? Late, like everybody else!",
    "I told a friend a joke about {topic}. He is still waiting for the punchline, and so am I.",
)
#: What a topic may be looked at for.
ASPECTS = (
    "the context", "timing", "cost", "the fine print", "the people involved", "everyday experience",
    "the setting",     "long-term effects", "the basics", "planning",
)  # fmt: skip
IMAGE = (
    "The image shows a clear main subject in the middle, set against a calmer background.",
    "In the image, the light comes from one side and the colours are fairly natural.",
    "The picture is well composed: the subject stands out and the surroundings give it context.",
    "What stands out in the image is the contrast between the foreground and the background.",
)
THOUGHTS = (
    "The user wants to know about {topic}.",
    "Two things matter here: {one} and {two}.",
    "I should start with the direct answer and then add a little context.",
    "Let me check whether anything in the question is ambiguous.",
    "There could be several readings, but the most natural one is about {topic}.",
    "An example would make this easier to follow.",
    "I should keep the answer short enough to be useful.",
    "The tone should stay friendly and factual.",
    "It is worth mentioning {one}, since it affects everything else.",
    "I want to avoid claims that I cannot support.",
    "Let me weigh the two main options before settling on one.",
    "That seems consistent, so I can write the answer now.",
    "Before that, I should consider how {two} fits in.",
    "A short structure will do: the main point, the reason, the next step.",
)
ACKNOWLEDGED = (
    "Sure, I can help with that. What would you like to know?",
    "Of course. Could you tell me a little more about what you need?",
    "I'm here and listening. What would you like to do next?",
)

#: Short sentences about the topic, for answers of very few words.
TERSE = (
    "{topic} matters.",
    "Consider {topic}.",
    "It depends on {topic}.",
    "{topic} rewards a closer look.",
    "Start small with {topic} today.",
    "{topic} is simpler than it first seems.",
    "With {topic}, a few basics go a long way.",
)
#: A sentence for each number of words, from one to eight: what is missing from an exact count.
FILLERS = (
    "Really.",
    "Context matters.",
    "Keep it simple.",
    "Details can come later.",
    "Practice makes all the difference.",
    "Small steps are usually the best.",
    "The rest follows from there quite naturally.",
    "In the end, simple answers tend to last.",
)
