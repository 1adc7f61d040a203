const DARK = `
--surface:#0c0e12;--raised:#12151b;--sunken:#090b0e;--line:#20252e;--line-strong:#2e3541;
--strong:#eef1f6;--normal:#c5ccd8;--muted:#8d97a7;
--fault:#b388ff;--fault-soft:#b388ff26;--fault-line:#b388ff80;
--ok:#4cc38a;--warn:#f5b544;--bad:#ff6b6b;
--v0:#6ea8fe;--v1:#f5b544;--v2:#5fd3c4;--v3:#f08fc0;--v4:#d3e3ff;--v5:#b4c96a;color-scheme:dark;`;

const LIGHT = `
--surface:#fbfbfd;--raised:#fff;--sunken:#f3f4f7;--line:#e3e6ec;--line-strong:#cfd4de;
--strong:#12151b;--normal:#2f3642;--muted:#5c6678;
--fault:#7a3ff2;--fault-soft:#7a3ff21a;--fault-line:#7a3ff266;
--ok:#0f7a52;--warn:#8f5600;--bad:#c4242c;
--v0:#1f6feb;--v1:#a96500;--v2:#0b7d72;--v3:#b3297a;--v4:#475a7d;--v5:#5d7113;color-scheme:light;`;

/**
 * Style sheet of a report, with the console's colours. Violet is what we did to the lab; green, amber
 * and red are what happened. The variants have colours of their own, and lines of their own as well.
 */
export const STYLE = `
:root{${DARK}}
@media (prefers-color-scheme:light){:root{${LIGHT}}}
@media print{:root{${LIGHT}}}
*{box-sizing:border-box;margin:0}
body{font:14px/1.5 Inter,system-ui,sans-serif;color:var(--normal);background:var(--surface);
font-feature-settings:"tnum";-webkit-font-smoothing:antialiased;overflow-wrap:anywhere}
main{max-width:1240px;margin:0 auto;padding:28px 24px 60px}
main+main{border-top:1px solid var(--line-strong)}
h1{font-size:24px;line-height:1.25;letter-spacing:-.02em;color:var(--strong);margin:4px 0 6px}
h2{font-size:12px;letter-spacing:.06em;text-transform:uppercase;color:var(--muted);margin:36px 0 12px}
h3{font-size:14px;color:var(--strong);font-weight:600}
p{max-width:80ch}ul{padding-left:18px}a{color:var(--v0)}
.muted{color:var(--muted)}.small{font-size:12px}.strong{color:var(--strong)}
.mono{font-family:"JetBrains Mono",ui-monospace,monospace;font-size:12px}
.ok{color:var(--ok)}.warn{color:var(--warn)}.bad{color:var(--bad)}.fault{color:var(--fault)}
.chip{display:inline-block;border:1px solid var(--line-strong);border-radius:6px;padding:0 7px;
font-size:12px;margin:0 0 4px 6px;color:var(--normal)}
.head{display:flex;gap:8px 24px;justify-content:space-between;align-items:flex-start;flex-wrap:wrap}
.verdict{font-size:20px;font-weight:650}
.grid{display:grid;gap:12px;grid-template-columns:repeat(auto-fit,minmax(min(100%,400px),1fr))}
.card{background:var(--raised);border:1px solid var(--line);border-radius:10px;padding:14px 16px;min-width:0}
.card.edge{border-left:3px solid var(--muted)}
.edge.is-ok{border-left-color:var(--ok)}.edge.is-bad{border-left-color:var(--bad)}
.edge.is-warn{border-left-color:var(--warn)}
.row{display:flex;justify-content:space-between;gap:4px 12px;align-items:baseline;flex-wrap:wrap}
.row b{font-size:16px}
.card p+p,.card ul{margin-top:6px}
.lead{margin-top:14px;color:var(--normal)}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;margin-bottom:10px;font-size:13px}
.legend svg{width:26px;height:10px;vertical-align:middle;margin-right:6px;flex:none}
.chart{position:relative;margin-top:10px;padding:0 48px 0 56px}
.chart svg{display:block;width:100%;height:150px}
.chart span{position:absolute;font-size:11px;line-height:14px;color:var(--muted);white-space:nowrap}
.chart .most,.chart .least{right:calc(100% - 50px)}.chart .most{top:0}.chart .least{bottom:0}
.chart .limit{left:calc(100% - 44px);transform:translateY(-50%)}
.axis{display:flex;justify-content:space-between;font-size:11px;color:var(--muted);margin-top:3px}
.chart+.axis{padding:0 48px 0 56px}
.ribbon{display:grid;grid-template-columns:minmax(0,1fr);gap:6px;margin-top:10px}
.ribbon svg{display:block;width:100%;height:22px}
.scroll{overflow-x:auto}
table{width:100%;border-collapse:collapse;font-size:13px}
th{text-align:left;font-weight:500;color:var(--muted);font-size:12px}
th,td{padding:7px 14px 7px 0;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child td{border-bottom:0}
td.number,th.number{text-align:right;white-space:nowrap}
ol.plain{list-style:none;padding:0}
ol.plain li{display:grid;grid-template-columns:18px minmax(0,1fr) auto;gap:10px;padding:6px 0;border-bottom:1px solid var(--line)}
ol.plain li:last-child{border:0}
.time li{grid-template-columns:64px minmax(0,1fr)!important}
details{margin-top:12px}summary{cursor:pointer;color:var(--muted)}
pre{white-space:pre-wrap;background:var(--sunken);border:1px solid var(--line);border-radius:8px;
padding:12px 14px;margin-top:8px;font:12px/1.5 "JetBrains Mono",ui-monospace,monospace}
@media (max-width:640px){main{padding:18px 14px 40px}h1{font-size:20px}.wide{min-width:560px}
.card{padding:12px}}
`;
