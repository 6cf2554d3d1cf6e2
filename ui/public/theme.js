// SPDX-License-Identifier: Apache-2.0
// Runs before the first paint, as a file of its own because the page's content policy allows no inline script.
(function () {
  try {
    var theme = localStorage.getItem("vantage.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch (e) { /* storage is blocked: the system's theme applies */ }
})();
