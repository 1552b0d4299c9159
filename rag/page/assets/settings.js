// The library's groups of radio buttons have no name for a screen reader: give them their headings.
() => {
  for (const group of document.querySelectorAll("#rag-settings fieldset, #rag-set-up fieldset")) {
    const heading = group.querySelector('[data-testid="block-info"]');
    heading.id = `${group.id}-name`;
    group.setAttribute("role", "radiogroup");
    group.setAttribute("aria-labelledby", heading.id);
  }
}
