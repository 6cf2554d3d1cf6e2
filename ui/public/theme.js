// SPDX-License-Identifier: Apache-2.0
// Runs before the first paint, as a file of its own because the page's content policy allows no inline script. It says in data-theme
// which colours apply: those that were chosen, else the system's, which may change at any time.
(function () {
  var light = matchMedia("(prefers-color-scheme: light)");
  function show() {
    var chosen = null;
    try {
      chosen = localStorage.getItem("vantage.theme");
    } catch (e) { /* storage is blocked */ }
    document.documentElement.dataset.theme = chosen === "light" || chosen === "dark" ? chosen : light.matches ? "light" : "dark";
  }
  show();
  light.addEventListener("change", show);
  addEventListener("storage", show); // another tab chose
})();
