// The official Node SDK, driven over one of a list of small programs; prints what it saw as JSON.
import OpenAI, { toFile } from "openai";
import { zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import { z } from "zod";

const client = new OpenAI({ baseURL: process.env.OPENAI_BASE_URL, apiKey: "sk-test", maxRetries: 0 });
const ask = (content, more = {}) => ({ model: "gpt-4o", messages: [{ role: "user", content }], ...more });

const getWeather = {
  type: "function",
  function: {
    name: "get_weather",
    function: ({ city }) => JSON.stringify({ city, sky: "overcast", degrees: -7 }),
    parse: JSON.parse,
    description: "Current weather of a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};

const programs = {
  async whole() {
    const answer = await client.chat.completions.create(ask("ping"));
    return { text: answer.choices[0].message.content, usage: answer.usage, id: answer._request_id };
  },
  async stream() {
    let text = "";
    let usage = null;
    const options = { stream: true, stream_options: { include_usage: true } };
    for await (const chunk of await client.chat.completions.create(ask("count", options))) {
      text += chunk.choices[0]?.delta?.content ?? "";
      usage = chunk.usage ?? usage;
    }
    return { text, usage };
  },
  async helper() {
    const final = await client.chat.completions.stream(ask("count")).finalChatCompletion();
    return { text: final.choices[0].message.content };
  },
  async tools() {
    const runner = client.chat.completions.runTools(ask("What is the weather in Oslo?", { tools: [getWeather] }));
    const text = await runner.finalContent();
    return { text, roles: runner.messages.map((message) => message.role) };
  },
  async streamed_tools() {
    const request = ask("What is the weather in Oslo?", { tools: [getWeather], stream: true });
    return { text: await client.chat.completions.runTools(request).finalContent() };
  },
  async parse() {
    const Event = z.object({ name: z.string(), date: z.string(), participants: z.array(z.string()) });
    const format = zodResponseFormat(Event, "event");
    const answer = await client.chat.completions.parse(ask("Alice and Bob meet on Friday", { response_format: format }));
    return answer.choices[0].message.parsed;
  },
  async refused() {
    try {
      await client.chat.completions.create(ask("ping", { temperature: 3 }));
    } catch (error) {
      return { name: error.constructor.name, status: error.status, code: error.code, param: error.param };
    }
    return null;
  },
  async models() {
    const ids = [];
    for await (const model of await client.models.list()) ids.push(model.id);
    return { ids, one: (await client.models.retrieve("openai/gpt-4o")).id };
  },
  async stored() {
    const made = await client.chat.completions.create(ask("ping", { store: true, metadata: { a: "1" } }));
    const listed = [];
    for await (const item of client.chat.completions.list()) listed.push(item.id);
    const deleted = await client.chat.completions.delete(made.id);
    return { made: made.id, listed, deleted: deleted.deleted };
  },
  async responses() {
    const first = await client.responses.create({ model: "gpt-4o", input: "ping" });
    const second = await client.responses.create({ model: "gpt-4o", input: "ping", previous_response_id: first.id });
    const texts = [];
    for await (const item of client.responses.inputItems.list(second.id, { order: "asc" })) {
      texts.push(item.content[0].text);
    }
    const background = await client.responses.create({ model: "gpt-4o", input: "ping", background: true });
    const cancelled = await client.responses.cancel(background.id);
    await client.responses.delete(first.id);
    return { text: second.output_text, texts, usage: [first.usage, second.usage], cancelled: cancelled.status };
  },
  async response_stream() {
    const events = [];
    const stream = client.responses.stream({ model: "gpt-4o", input: "count" });
    stream.on("event", (event) => events.push([event.sequence_number, event.type]));
    const final = await stream.finalResponse();
    return { text: final.output_text, events };
  },
  async response_parse() {
    const Event = z.object({ name: z.string(), day: z.string() });
    const format = zodTextFormat(Event, "event");
    const answer = await client.responses.parse({ model: "gpt-4o", input: "A party on Friday", text: { format } });
    return answer.output_parsed;
  },
  async conversations() {
    const made = await client.conversations.create({ items: [{ type: "message", role: "assistant", content: "Hi" }] });
    await client.responses.create({ model: "gpt-4o", input: "ping", conversation: made.id });
    const texts = [];
    for await (const item of client.conversations.items.list(made.id, { order: "asc" })) texts.push(item.content[0].text);
    return { texts, deleted: (await client.conversations.delete(made.id)).deleted };
  },
  async batches() {
    const body = { model: "gpt-4o", messages: [{ role: "user", content: "ping" }] };
    const line = { custom_id: "a", method: "POST", url: "/v1/chat/completions", body };
    const upload = await toFile(Buffer.from(JSON.stringify(line)), "a.jsonl");
    const file = await client.files.create({ file: upload, purpose: "batch" });
    const asked = { input_file_id: file.id, endpoint: "/v1/chat/completions", completion_window: "24h" };
    const batch = await client.batches.create(asked);
    await fetch(`${process.env.OPENAI_BASE_URL.replace("/v1", "")}/_mockgate/clock`, {
      method: "POST",
      body: JSON.stringify({ advance: "60s" }),
    });
    const done = await client.batches.retrieve(batch.id);
    const output = JSON.parse(await (await client.files.content(done.output_file_id)).text());
    return { status: done.status, text: output.response.body.choices[0].message.content };
  },
  async completions() {
    const asked = { model: "gpt-3.5-turbo-instruct", prompt: ["count", "count"], echo: true };
    const whole = await client.completions.create(asked);
    const texts = ["", ""];
    for await (const chunk of await client.completions.create({ ...asked, stream: true })) {
      for (const choice of chunk.choices) texts[choice.index] += choice.text;
    }
    return { whole: whole.choices.map((choice) => choice.text), texts, usage: whole.usage };
  },
  async embeddings() {
    const asked = { model: "text-embedding-3-small", input: "Hello there", dimensions: 256 };
    const packed = await client.embeddings.create(asked);
    const floats = await client.embeddings.create({ ...asked, encoding_format: "float" });
    return { packed: packed.data[0].embedding, floats: floats.data[0].embedding, usage: packed.usage };
  },
  async moderations() {
    const { results } = await client.moderations.create({ input: ["I'm going to kill you", "Have a nice day"] });
    return results.map((result) => [result.flagged, result.categories["harassment/threatening"]]);
  },
};

const seen = {};
for (const [name, program] of Object.entries(programs)) seen[name] = await program();
console.log(JSON.stringify(seen));
