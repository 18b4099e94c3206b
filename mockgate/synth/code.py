"""Fenced code blocks: a small program that parses, named after what was asked."""

import re

from ..rng import Dice
from .asks import Ask, code_language
from .language import bag, keywords

_NOT_NAMES = bag(
    """write function code script program class method snippet create implement generate python javascript
    typescript golang go rust java sql bash shell html query takes returns return given using called simple
    small node ruby php kotlin swift which component page one-liner"""
)

#: {name} is snake_case, {camel} camelCase, {pascal} PascalCase, {words} plain, {table} one word.
_BLOCKS: dict[str, str] = {
    "python": '''def {name}(values):
    """{Words}."""
    result = []
    for value in values:
        if value is not None:
            result.append(value)
    return result


if __name__ == "__main__":
    print({name}([{a}, {b}, {c}]))''',
    "javascript": """function {camel}(values) {{
  // {Words}.
  return values.filter((value) => value !== null);
}}

console.log({camel}([{a}, {b}, {c}]));""",
    "typescript": """export function {camel}<T>(values: T[]): T[] {{
  // {Words}.
  return values.filter((value) => value !== null);
}}

console.log({camel}([{a}, {b}, {c}]));""",
    "go": """package main

import "fmt"

// {camel}: {words}.
func {camel}(values []int) []int {{
	result := make([]int, 0, len(values))
	for _, value := range values {{
		result = append(result, value)
	}}
	return result
}}

func main() {{
	fmt.Println({camel}([]int{{{a}, {b}, {c}}}))
}}""",
    "rust": """/// {Words}.
fn {name}(values: &[i32]) -> Vec<i32> {{
    values.iter().copied().collect()
}}

fn main() {{
    println!("{{:?}}", {name}(&[{a}, {b}, {c}]));
}}""",
    "java": """import java.util.List;

public class {pascal} {{
    /** {Words}. */
    static List<Integer> {camel}(List<Integer> values) {{
        return values.stream().filter(value -> value != null).toList();
    }}

    public static void main(String[] args) {{
        System.out.println({camel}(List.of({a}, {b}, {c})));
    }}
}}""",
    "sql": """-- {Words}
SELECT id, name, created_at
FROM {table}
WHERE created_at >= '2025-01-01'
ORDER BY created_at DESC
LIMIT {a};""",
    "bash": """#!/usr/bin/env bash
# {Words}
set -euo pipefail

{name}() {{
  for value in "$@"; do
    echo "$value"
  done
}}

{name} {a} {b} {c}""",
    "html": """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>{Words}</title>
  </head>
  <body>
    <h1>{Words}</h1>
    <p>Welcome.</p>
  </body>
</html>""",
    "css": """.{kebab} {{
  display: flex;
  gap: {a}px;
  padding: {b}px;
}}""",
    "csharp": """static IEnumerable<int> {pascal}(IEnumerable<int> values)
{{
    // {Words}.
    return values.Where(value => value != 0);
}}

Console.WriteLine(string.Join(", ", {pascal}(new[] {{ {a}, {b}, {c} }})));""",
    "cpp": """#include <iostream>
#include <vector>

// {Words}.
std::vector<int> {name}(const std::vector<int>& values) {{
    return values;
}}

int main() {{
    for (int value : {name}({{{a}, {b}, {c}}})) std::cout << value << '\\n';
}}""",
    "c": """#include <stdio.h>

/* {Words}. */
int {name}(const int *values, int count) {{
    int total = 0;
    for (int at = 0; at < count; at++) total += values[at];
    return total;
}}

int main(void) {{
    int values[] = {{{a}, {b}, {c}}};
    printf("%d\\n", {name}(values, 3));
    return 0;
}}""",
    "ruby": """# {Words}.
def {name}(values)
  values.compact
end

puts {name}([{a}, {b}, {c}]).inspect""",
    "php": """<?php
// {Words}.
function {camel}(array $values): array
{{
    return array_values(array_filter($values));
}}

print_r({camel}([{a}, {b}, {c}]));""",
    "kotlin": """// {Words}.
fun {camel}(values: List<Int?>): List<Int> = values.filterNotNull()

fun main() {{
    println({camel}(listOf({a}, {b}, {c})))
}}""",
    "swift": """// {Words}.
func {camel}(_ values: [Int?]) -> [Int] {{
    values.compactMap {{ $0 }}
}}

print({camel}([{a}, {b}, {c}]))""",
}

_INTROS = (
    "Here is a {language} version:",
    "Sure! Here's a simple {language} example:",
    "Here's one way to do it in {language}:",
)
_OUTROS = (
    "It keeps the logic small, so it is easy to test and to extend.",
    "You can adapt the input and the return value to your case.",
    "Let me know if you'd like tests or error handling added.",
    "",
)
_SHOWN = {"javascript": "JavaScript", "typescript": "TypeScript", "sql": "SQL", "html": "HTML", "css": "CSS",
          "csharp": "C#", "cpp": "C++", "php": "PHP"}  # fmt: skip


def block(ask: Ask, dice: Dice) -> str:
    """Return an introduction and a fenced block in the language asked for (Python when none was named)."""
    language = code_language(ask.text) or ("sql" if re.search(r"\bquery\b", ask.text, re.IGNORECASE) else "python")
    intro = dice.random.choice(_INTROS).format(language=_SHOWN.get(language, language.capitalize()))
    outro = dice.random.choice(_OUTROS)
    body = _BLOCKS[language].format(**_names(ask), **_values(dice))
    return f"{intro}\n\n```{language}\n{body}\n```" + (f"\n\n{outro}" if outro else "")


def _values(dice: Dice) -> dict[str, int]:
    return dict(zip("abc", dice.random.sample(range(1, 60), 3), strict=True))


def _names(ask: Ask) -> dict[str, str]:
    meant = [re.sub(r"\W", "", word.lower()) for word in keywords(ask.text)]
    ascii_words = [word for word in meant if word.isascii() and word[:1].isalpha() and word not in _NOT_NAMES]
    parts = ascii_words[:3] or ["process", "values"]
    if len(parts) == 1:
        parts.append("values")  # one word alone may be a keyword of the language
    pascal = "".join(part.capitalize() for part in parts)
    words = " ".join(parts)
    return {
        "name": "_".join(parts),
        "kebab": "-".join(parts),
        "camel": parts[0] + pascal[len(parts[0]) :],
        "pascal": pascal,
        "words": words,
        "Words": words.capitalize(),
        "table": parts[-1],
    }
