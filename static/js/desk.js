// On paper there is nothing to open: what is folded is printed unfolded, and folded again afterwards.
const folds = () => document.querySelectorAll(".duty-pile > details, .desk-fold");
let opened = [];

window.addEventListener("beforeprint", () => {
  opened = [...folds()].filter((fold) => !fold.open);
  for (const fold of opened) fold.open = true;
});
window.addEventListener("afterprint", () => {
  for (const fold of opened) fold.open = false;
});
