// A page of its own has no host whose theme it could follow: it follows the person's. Not a module, so that it comes first.
// @ts-check
{
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const take = () => { document.documentElement.dataset.jpThemeLight = String(!dark.matches); };
  dark.addEventListener("change", take);
  take();
}
