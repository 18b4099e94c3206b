// The official Node SDK, driven over one of a list of small programs; prints what it saw as JSON.
import OpenAI from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
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
};

const seen = {};
for (const [name, program] of Object.entries(programs)) seen[name] = await program();
console.log(JSON.stringify(seen));
