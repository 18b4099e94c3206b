// The official Node SDK, driven over one of a list of small programs; prints what it saw as JSON.
import Anthropic from "@anthropic-ai/sdk";
import { betaZodTool } from "@anthropic-ai/sdk/helpers/beta/zod";
import OpenAI, { toFile } from "openai";
import { zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import { OpenAIRealtimeWebSocket } from "openai/realtime/websocket";
import { OpenAIRealtimeWS } from "openai/realtime/ws";
import { z } from "zod";

const client = new OpenAI({ baseURL: process.env.OPENAI_BASE_URL, apiKey: "sk-test", maxRetries: 0 });
const claude = new Anthropic({ baseURL: process.env.OPENAI_BASE_URL.replace(/\/v1$/, ""), apiKey: "sk-test", maxRetries: 0 });
const tell = (content, more = {}) => ({ model: "claude-sonnet-4-6", max_tokens: 500, messages: [{ role: "user", content }], ...more });
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
  async images() {
    const small = { model: "gpt-image-2", size: "256x256", prompt: "A red boat" };
    const linked = await client.images.generate({ model: "dall-e-3", prompt: "A red boat" });
    const shown = await fetch(linked.data[0].url);
    const whole = await client.images.generate({ ...small, output_format: "webp" });
    const image = await toFile(Buffer.from(await shown.arrayBuffer()), "boat.png", { type: "image/png" });
    const edit = await client.images.edit({ ...small, image: [image, image] });
    const events = [];
    for await (const event of await client.images.generate({ ...small, stream: true, partial_images: 1 })) {
      events.push(event.type);
    }
    return {
      type: shown.headers.get("content-type"),
      revised: linked.data[0].revised_prompt,
      magic: Buffer.from(whole.data[0].b64_json, "base64").toString("latin1", 8, 12),
      usage: whole.usage,
      looked: edit.usage.input_tokens_details.image_tokens,
      events,
    };
  },
  async videos() {
    const input_reference = { image_url: "https://example.com/a.png" };
    let made = await client.videos.create({ prompt: "A quick cat", seconds: "8", input_reference });
    while (made.status !== "completed") made = await client.videos.retrieve(made.id);
    const content = await client.videos.downloadContent(made.id);
    const film = Buffer.from(await content.arrayBuffer());
    const thumbnail = await client.videos.downloadContent(made.id, { variant: "thumbnail" });
    const remix = await client.videos.remix(made.id, { prompt: "A dog" });
    const edit = await client.videos.edit({ prompt: "Blue", video: { id: made.id } });
    const longer = await client.videos.extend({ prompt: "On", seconds: "4", video: { id: made.id } });
    const ids = [];
    for await (const video of client.videos.list({ limit: 1 })) ids.push(video.id);
    return {
      status: made.status,
      types: [content, thumbnail].map((each) => each.headers.get("content-type")),
      ftyp: film.toString("latin1", 4, 8),
      made_of: [remix, edit, longer].map((each) => each.remixed_from_video_id === made.id),
      seconds: longer.seconds,
      listed: [longer, edit, remix, made].map((each) => ids.indexOf(each.id)),
      deleted: (await client.videos.delete(made.id)).deleted,
    };
  },
  async audio() {
    const request = { model: "gpt-4o-mini-tts", voice: "coral", input: "Nine o'clock. ping", response_format: "wav" };
    const spoken = await client.audio.speech.create(request);
    const bytes = Buffer.from(await spoken.arrayBuffer());
    const recording = () => toFile(bytes, "nine.wav");
    const model = "gpt-4o-transcribe";
    const whole = await client.audio.transcriptions.create({ model, file: await recording() });
    let streamed = "";
    for await (const event of await client.audio.transcriptions.create({ model, file: await recording(), stream: true }))
      streamed += event.type === "transcript.text.delta" ? event.delta : "";
    const whisper = { model: "whisper-1", file: await recording() };
    const granular = { response_format: "verbose_json", timestamp_granularities: ["word"] };
    const timed = await client.audio.transcriptions.create({ ...whisper, ...granular });
    return {
      type: spoken.headers.get("content-type"),
      riff: bytes.toString("latin1", 0, 4),
      same: streamed === whole.text,
      usage: whole.usage.type,
      covered: timed.words.at(-1).end === timed.duration,
      subtitles: (await client.audio.transcriptions.create({ ...whisper, response_format: "vtt" })).slice(0, 6),
      translated: Object.keys(await client.audio.translations.create(whisper)),
    };
  },
  async realtime() {
    const voices = new OpenAI({ baseURL: process.env.SECURE_BASE_URL, apiKey: "sk-test" }); // it dials wss:// only
    const line = new OpenAIRealtimeWS({ model: "gpt-realtime" }, voices);
    const errors = [];
    line.on("error", (error) => errors.push(error.error?.code ?? error.message));
    const until = (kind) => new Promise((found) => line.once(kind, found));
    const say = (item) => line.send({ type: "conversation.item.create", item });
    const answer = async () => {
      line.send({ type: "response.create" });
      return (await until("response.done")).response;
    };
    const user = (text) => say({ type: "message", role: "user", content: [{ type: "input_text", text }] });
    const { session } = await until("session.created");
    const { name, description, parameters } = getWeather.function;
    const tools = [{ type: "function", name, description, parameters }];
    line.send({ type: "session.update", session: { type: "realtime", output_modalities: ["text"], tools } });
    await until("session.updated");
    let streamed = "";
    line.on("response.output_text.delta", (event) => (streamed += event.delta));
    user("ping");
    const first = await answer();
    line.send({ type: "response.cancel" });
    user("What is the weather in Oslo?");
    const [call] = (await answer()).output;
    const output = getWeather.function.function(JSON.parse(call.arguments));
    say({ type: "function_call_output", call_id: call.call_id, output });
    const last = await answer();
    line.close();
    return {
      model: session.model,
      streamed: streamed.slice(0, 4),
      text: first.output[0].content[0].text,
      usage: first.usage.output_tokens,
      errors,
      called: [call.name, call.arguments],
      answer: last.output[0].content[0].text,
    };
  },
  async realtime_of_a_browser() {
    const voices = new OpenAI({ baseURL: process.env.SECURE_BASE_URL, apiKey: "sk-test" });
    const secret = await voices.realtime.clientSecrets.create({ session: { type: "realtime", instructions: "Be brief." } });
    const page = new OpenAI({ baseURL: process.env.SECURE_BASE_URL, apiKey: secret.value });
    globalThis.WebSocket ??= (await import("ws")).WebSocket; // as a browser has it, and Node since version 22
    const line = new OpenAIRealtimeWebSocket({ model: "gpt-realtime" }, page);
    const { session } = await new Promise((found) => line.once("session.created", found));
    const protocol = line.socket.protocol;
    line.close();
    return { protocol, instructions: session.instructions };
  },
  async messages() {
    const whole = await claude.messages.create(tell("ping"));
    const counted = await claude.messages.countTokens({ model: "claude-sonnet-4-6", messages: tell("ping").messages });
    const final = await claude.messages.stream(tell("count")).finalMessage();
    const called = [];
    const weather = betaZodTool({
      name: "get_weather",
      description: "Current weather of a city",
      inputSchema: z.object({ city: z.string() }),
      run: ({ city }) => (called.push(city), `${city} is overcast`),
    });
    const last = await claude.beta.messages.toolRunner(tell("What is the weather in Oslo?", { tools: [weather] }));
    const refused = await claude.messages.create(tell("x", { max_tokens: 0 })).catch((error) => error);
    return {
      text: whole.content[0].text,
      tokens: [whole.usage.input_tokens, counted.input_tokens, whole.usage.output_tokens],
      streamed: final.content[0].text,
      called,
      answer: last.content.at(-1).text,
      refused: [refused.status, refused.error.error.type],
    };
  },
  async message_streams() {
    const heard = [];
    const stream = claude.messages.stream(tell("ponder", { thinking: { type: "adaptive" } }));
    stream.on("thinking", (delta) => heard.push(["thinking", delta]));
    stream.on("text", (delta) => heard.push(["text", delta]));
    stream.on("citation", (citation) => heard.push(["citation", citation.url]));
    const final = await stream.finalMessage();
    const raw = [];
    for await (const event of await claude.messages.create(tell("ponder", { stream: true }))) raw.push(event.type);
    const whole = await claude.messages.create(tell("ponder", { thinking: { type: "adaptive" } }));
    return { heard, raw, same: [final.content, final.usage.output_tokens], whole: [whole.content, whole.usage.output_tokens] };
  },
  async message_tools_streamed() {
    const weather = betaZodTool({
      name: "get_weather",
      description: "Current weather of a city",
      inputSchema: z.object({ city: z.string() }),
      run: ({ city }) => `${city} is overcast`,
    });
    const asked = tell("What is the weather in Oslo?", { tools: [weather], stream: true });
    const reasons = [];
    for await (const stream of claude.beta.messages.toolRunner(asked)) {
      reasons.push((await stream.finalMessage()).stop_reason);
    }
    return { reasons };
  },
  async message_batches() {
    const requests = ["a", "b"].map((custom_id) => ({ custom_id, params: tell("ping") }));
    const made = await claude.messages.batches.create({ requests });
    const cancelled = await claude.messages.batches.cancel((await claude.messages.batches.create({ requests })).id);
    await fetch(`${process.env.OPENAI_BASE_URL.replace("/v1", "")}/_mockgate/clock`, {
      method: "POST",
      body: JSON.stringify({ advance: "60s" }),
    });
    const ended = await claude.messages.batches.retrieve(made.id);
    const texts = [];
    for await (const line of await claude.messages.batches.results(made.id)) {
      texts.push([line.custom_id, line.result.message.content[0].text]);
    }
    const ids = [];
    for await (const batch of claude.messages.batches.list({ limit: 1 })) ids.push(batch.id);
    return {
      states: [made.processing_status, cancelled.processing_status, ended.processing_status],
      counts: ended.request_counts.succeeded,
      texts,
      listed: ids.length,
      deleted: (await claude.messages.batches.delete(made.id)).type,
    };
  },
  async message_files() {
    const file = await claude.beta.files.upload({ file: await toFile(Buffer.from("ping"), "a.txt", { type: "text/plain" }) });
    const content = [{ type: "document", source: { type: "file", file_id: file.id } }, { type: "text", text: "ping" }];
    const counted = await claude.beta.messages.countTokens({ ...tell(content), max_tokens: undefined });
    const whole = await claude.beta.messages.create(tell(content));
    const names = [];
    for await (const each of claude.beta.files.list()) names.push(each.filename);
    const models = [];
    for await (const model of claude.models.list({ limit: 5 })) models.push(model.capabilities?.batch.supported ?? null);
    return {
      about: [file.filename, file.mime_type, file.size_bytes],
      tokens: [counted.input_tokens, whole.usage.input_tokens],
      names: names.includes("a.txt"),
      deleted: (await claude.beta.files.delete(file.id)).type,
      models: models.includes(true),
    };
  },
};

const seen = {};
for (const [name, program] of Object.entries(programs)) seen[name] = await program();
console.log(JSON.stringify(seen));
