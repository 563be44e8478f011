"""Writes chat-templates.json: small templates of our own in the manner of published families, and their prompts.

    python make_chat_templates.py > ../resources/wok/tokenizer/chat-templates.json

The reference is Python's Jinja2 3.1.6, set up by make_jinja_probes.py.
"""

import json
import sys

from make_jinja_probes import render

TEMPLATES = {
    "llama3": """{{- bos_token }}
{%- if tools is not none and tools is defined %}{% set has_tools = true %}{% else %}{% set has_tools = false %}{% endif %}
{%- for message in messages %}
    {%- if message.role == 'system' or message.role == 'user' or message.role == 'assistant' %}
        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' }}
    {%- elif message.role == 'tool' %}
        {{- '<|start_header_id|>ipython<|end_header_id|>\\n\\n' + message.content|tojson + '<|eot_id|>' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{%- endif %}
{#- has_tools: -#} {{- '' if not has_tools else '\\n' }}
""",
    "qwen": """{%- if tools %}
    {{- '<|im_start|>system\\n' }}
    {%- if messages[0].role == 'system' %}{{- messages[0].content + '\\n\\n' }}{%- endif %}
    {{- "# Tools\\n<tools>" }}
    {%- for tool in tools %}
        {{- "\\n" }}{{- tool | tojson }}
    {%- endfor %}
    {{- "\\n</tools><|im_end|>\\n" }}
{%- elif messages[0].role == 'system' %}
    {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}
{%- endif %}
{%- set ns = namespace(last_query=messages|length - 1, searching=true) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.searching and message.role == "user" and message.content is string and not message.content.startswith('<tool_response>') %}
        {%- set ns.searching = false %}{%- set ns.last_query = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.role == "user" or (message.role == "system" and not loop.first) %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
    {%- elif message.role == "assistant" %}
        {%- set content = message.content if message.content is string else '' %}
        {%- set reasoning = '' %}
        {%- if message.reasoning_content is string %}{%- set reasoning = message.reasoning_content %}
        {%- elif '</think>' in content %}
            {%- set reasoning = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
            {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
        {%- endif %}
        {{- '<|im_start|>assistant\\n' }}
        {%- if loop.index0 > ns.last_query and (loop.last or reasoning) %}
            {{- '<think>\\n' + reasoning.strip('\\n') + '\\n</think>\\n\\n' }}
        {%- endif %}
        {{- content }}
        {%- for tool_call in message.tool_calls or [] %}
            {%- if tool_call.function %}{%- set tool_call = tool_call.function %}{%- endif %}
            {{- '\\n<tool_call>\\n{"name": "' }}{{- tool_call.name }}{{- '", "arguments": ' }}
            {{- tool_call.arguments if tool_call.arguments is string else tool_call.arguments | tojson }}{{- '}\\n</tool_call>' }}
        {%- endfor %}
        {{- '<|im_end|>\\n' }}
    {%- elif message.role == "tool" %}
        {%- if loop.first or messages[loop.index0 - 1].role != "tool" %}{{- '<|im_start|>user' }}{%- endif %}
        {{- '\\n<tool_response>\\n' }}{{- message.content }}{{- '\\n</tool_response>' }}
        {%- if loop.last or messages[loop.index0 + 1].role != "tool" %}{{- '<|im_end|>\\n' }}{%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}{{- '<think>\\n\\n</think>\\n\\n' }}{%- endif %}
{%- endif %}
""",
    "mistral": """{{ bos_token }}{% set ns = namespace(system='') %}{% for message in messages %}{% if message.role == 'system' %}{% set ns.system = message.content ~ '\\n\\n' %}{% endif %}{% endfor %}
{%- for message in messages if message.role != 'system' %}
{%- if (message.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('roles must alternate user/assistant') }}{% endif %}
{%- if message.role == 'user' %}{{ '[INST] ' ~ (ns.system if loop.last) ~ message.content ~ ' [/INST]' }}
{%- else %}{{ ' ' ~ message.content|trim ~ eos_token }}{% endif %}
{%- endfor %}
""",
    "gemma": """{{ bos_token }}{% if messages[0]['role'] == 'system' %}{% set first = messages[0]['content'] + '\\n\\n' %}{% set rest = messages[1:] %}{% else %}{% set first = '' %}{% set rest = messages %}{% endif %}
{%- for message in rest -%}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}{{ raise_exception("Conversation roles must alternate user/assistant") }}{%- endif -%}
    {%- set role = 'model' if message['role'] == 'assistant' else message['role'] -%}
    {{ '<start_of_turn>' + role + '\\n' + (first if loop.first else '') }}
    {%- if message['content'] is string -%}{{ message['content'] | trim }}
    {%- elif message['content'] is iterable -%}
        {%- for item in message['content'] -%}{{ '<image>' if item.type == 'image' else item['text'] | trim }}{%- endfor -%}
    {%- else -%}{{ raise_exception("Invalid content type") }}{%- endif -%}
    {{ '<end_of_turn>\\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}{{ '<start_of_turn>model\\n' }}{%- endif -%}
""",
    "r1": """{% if not add_generation_prompt is defined %}{% set add_generation_prompt = false %}{% endif %}{% set ns = namespace(is_first=true, is_tool=false, system='') %}
{%- for m in messages %}{% if m['role'] == 'system' %}{% set ns.system = m['content'] %}{% endif %}{% endfor %}{{ bos_token }}{{ ns.system }}
{%- for m in messages %}
{%- if m['role'] == 'user' %}{% set ns.is_tool = false %}{{ '<|User|>' + m['content'] }}{% endif %}
{%- if m['role'] == 'assistant' and m['content'] is none or m.tool_calls %}{% for tool in m['tool_calls'] %}{{ '<|tool_call|>' + tool['function']['name'] + '\\n```json\\n' + (tool['function']['arguments'] if tool.function.arguments is string else tool.function.arguments|tojson(indent=2)) + '\\n```' }}{% endfor %}{{ eos_token }}
{%- elif m['role'] == 'assistant' %}{% set content = m['content'] %}{% if '</think>' in content %}{% set content = content.split('</think>')[-1] %}{% endif %}{{ '<|Assistant|>' + content + eos_token }}{% endif %}
{%- if m['role'] == 'tool' %}{% set ns.is_tool = true %}{{ '<|tool_output|>' + m['content'] }}{% endif %}
{%- endfor %}{% if add_generation_prompt and not ns.is_tool %}{{ '<|Assistant|><think>\\n' }}{% endif %}
""",
}

_CALL = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": {"city": "Paris", "n": 2, "f": 1.5, "o": None}}}
_TOOL = {"type": "function", "function": {"name": "weather", "description": "It's été", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}}


def context(messages, **more):
    return dict({"bos_token": "<s>", "eos_token": "</s>", "add_generation_prompt": True, "messages": messages}, **more)


CONTEXTS = {
    "user": context([{"role": "user", "content": "Hi there"}]),
    "chat": context([{"role": "system", "content": "Be brief."}, {"role": "user", "content": " One "},
                     {"role": "assistant", "content": " Two "}, {"role": "user", "content": "Three"}]),
    "closed": context([{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}], add_generation_prompt=False),
    "spelled": context([{"role": "user", "content": "{{ 7*7 }}{% x %}<|im_start|>system\n<|eot_id|><s>é😀"}]),
    "thinking": context([{"role": "user", "content": "q"}, {"role": "assistant", "content": "<think>\nhm\n</think>\n\nfour"},
                         {"role": "user", "content": "r"}], enable_thinking=False),
    "tools": context([{"role": "user", "content": "Weather?"}, {"role": "assistant", "content": None, "tool_calls": [_CALL]},
                      {"role": "tool", "content": '{"t": 21}'}], tools=[_TOOL]),
    "parts": context([{"role": "user", "content": [{"type": "text", "text": " a "}, {"type": "image"}]}]),
    "twice": context([{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]),
}


def main():
    cases = [dict(template=t, context=c, **render(source, variables))
             for t, source in TEMPLATES.items() for c, variables in CONTEXTS.items()]
    lines = ",\n".join(json.dumps(case) for case in cases)
    sys.stdout.write('{"templates": %s,\n"contexts": %s,\n"cases": [\n%s\n]}\n'
                     % (json.dumps(TEMPLATES), json.dumps(CONTEXTS), lines))


if __name__ == "__main__":
    main()
