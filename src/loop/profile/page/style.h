#pragma once

#include <string_view>

namespace cairn::profile {

/// The look of a profile's page, on a light and on a dark ground, and on paper.
inline constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5d6a7c; --line: #dbe0e8; --paper: #fff; --card: #fff; --ground: #f5f7fa;
  --bar: #4f7fbd; --pos: #2f6db3; --neg: #c4582a; --red: #b3261e; --redtint: #fdf0ef; --amber: #9a6700; --ambertint: #fff7e3; --gap: #c4582a;
  --c0: #a9c1de; --c1: #d9793a; --c2: #5f9f73; --c3: #b0628f; --c4: #8676bd; --c5: #bf9f35; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #9aa7b8; --line: #333d4a; --paper: #14181e; --card: #1a2027; --ground: #14181e;
  --bar: #6b9bd8; --pos: #5b9be6; --neg: #e0814f; --red: #ff8a80; --redtint: #2e1d1d; --amber: #e3b341; --ambertint: #2b2517; --gap: #e0814f;
  --c0: #47607f; --c1: #e58a4e; --c2: #6fb585; --c3: #c67da6; --c4: #9d8ed6; --c5: #d0b452; } }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, "Segoe UI", sans-serif; color: var(--ink); background: var(--ground); margin: 0; }
main { max-width: 78rem; margin: 0 auto; padding: 2rem 1.25rem 3rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2.2rem 0 .7rem; } h3 { font-size: .95rem; margin: 0; overflow-wrap: anywhere; }
.tiles { display: flex; flex-wrap: wrap; gap: .75rem; margin-bottom: .9rem; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .55rem .95rem; min-width: 7.5rem; }
.tile b { display: block; font-size: 1.3rem; line-height: 1.3; font-variant-numeric: tabular-nums; } .tile span { color: var(--soft); font-size: .82rem; }
.tile.bad b { color: var(--red); }
.classes { display: flex; height: 1.6rem; border-radius: 5px; overflow: hidden; font-size: .78rem; } .classes span { overflow: hidden; white-space: nowrap; padding: .2rem .5rem; min-width: 2px; }
.legend { color: var(--soft); font-size: .85rem; margin: .35rem 0 0; } .dot { display: inline-block; width: .7em; height: .7em; border-radius: 2px; margin: 0 .35em 0 .9em; }
.b0 { background: var(--c0); } .b1 { background: var(--c1); } .b2 { background: var(--c2); } .b3 { background: var(--c3); } .b4 { background: var(--c4); } .b5 { background: var(--c5); }
.k0 { fill: var(--c0); } .k1 { fill: var(--c1); } .k2 { fill: var(--c2); } .k3 { fill: var(--c3); } .k4 { fill: var(--c4); } .k5 { fill: var(--c5); }
.warnings { list-style: none; margin: 0; padding: 0; display: grid; gap: .4rem; grid-template-columns: repeat(auto-fit, minmax(min(34rem, 100%), 1fr)); }
.warnings li { background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--line); border-radius: 5px; padding: .4rem .8rem; }
.warnings .red { border-left-color: var(--red); background: var(--redtint); } .warnings .amber { border-left-color: var(--amber); background: var(--ambertint); }
.warnings b { margin-right: .35rem; overflow-wrap: anywhere; }
.fine { color: var(--soft); margin: .3rem 0; } .note { font-size: .82rem; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1rem; align-items: start; }
figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .8rem 1rem; overflow-x: auto; }
figcaption { font-weight: 600; font-size: .92rem; margin-bottom: .5rem; } figcaption span { font-weight: 400; color: var(--soft); }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(18.5rem, 1fr)); gap: .9rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .75rem .95rem; break-inside: avoid; display: flex; flex-direction: column; }
section .kind { color: var(--soft); font-size: .82rem; margin-bottom: .5rem; } section .picture { margin-bottom: auto; }
.tag { display: inline-block; border: 1px solid var(--red); color: var(--red); border-radius: 4px; padding: 0 .35rem; font-size: .74rem; margin-left: .35rem; }
svg { width: 100%; height: auto; display: block; } svg.fixed { width: auto; max-width: none; }
text { fill: var(--ink); font-size: 10.5px; } .axis { fill: var(--soft); } rect.bar { fill: var(--bar); } rect.length { fill: var(--line); } rect.gap { fill: var(--gap); } rect.whole { fill: var(--line); }
rect.pos { fill: var(--pos); } rect.neg { fill: var(--neg); } rect.none { fill: none; stroke: var(--line); }
dl { display: grid; grid-template-columns: auto 1fr auto 1fr; gap: .05rem .7rem; margin: .6rem 0 0; font-size: .82rem; }
dt { color: var(--soft); white-space: nowrap; } dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
footer { margin-top: 2.5rem; color: var(--soft); font-size: .85rem; border-top: 1px solid var(--line); padding-top: .8rem; max-width: 60rem; }
@media print { body { background: none; } main { max-width: none; padding: 0; } })";

}  // namespace cairn::profile
