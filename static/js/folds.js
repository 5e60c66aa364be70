// On paper there is nothing to open: what is folded is printed unfolded, and folded again afterwards.
(function () {
  "use strict";

  var opened = [];

  window.addEventListener("beforeprint", function () {
    opened = Array.prototype.filter.call(document.querySelectorAll(".score-fold, .call"), function (fold) {
      return !fold.open;
    });
    opened.forEach(function (fold) {
      fold.open = true;
    });
  });
  window.addEventListener("afterprint", function () {
    opened.forEach(function (fold) {
      fold.open = false;
    });
  });

  // On a phone one person is called at a time: the first is open, the others are a line that opens, the next by itself.
  if (window.matchMedia("(max-width: 35.99em)").matches) {
    document.querySelectorAll(".call ~ .call").forEach(function (fold) {
      fold.open = false;
    });
    document.addEventListener("htmx:afterSettle", function () {
      var next = document.querySelector(".call:has(.call-taps)");
      if (next && !document.querySelector(".call[open] .call-taps")) next.open = true;
    });
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-unfolds]");
    if (!button) return;
    var folds = document.querySelectorAll(".score-fold");
    var all = Array.prototype.every.call(folds, function (fold) {
      return fold.open;
    });
    folds.forEach(function (fold) {
      fold.open = !all;
    });
  });
})();
