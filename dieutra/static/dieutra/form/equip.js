// Gives life to the fields of the page that are more than an input, and to those of rows that are added later.
import { Combobox, makeFilter } from "./combobox.js";
import { makeLocate } from "./locate.js";
import { makeRank } from "./rank.js";
import { makeSlider } from "./slider.js";
import { Upload } from "./upload.js";

const LONG_LIST = 30;
const FILE_LIMIT = 10 * 1024 * 1024;

/** `desk` commits, says words, and knows the state of the page. */
export function equip(element, desk) {
  const { say, state, fields, sheet } = desk;
  const all = (selector) => [...(element.matches?.(selector) ? [element] : []), ...element.querySelectorAll(selector)];
  const commit = (path) => desk.commitField(path);
  const label = (path) => sheet.wordsAt(path, sheet.node(path).label);
  for (const rank of state.readonly ? [] : all('[data-widget="rank"]'))
    makeRank(rank, say, () => commit(rank.dataset.field));
  for (const holder of all("[data-slider]")) {
    const path = holder.dataset.slider;
    const typed = (done) => (done ? commit(path) : desk.keepTyping(path));
    makeSlider(holder, document.getElementById(path) ?? element.querySelector("input"), label(path), typed);
  }
  for (const holder of state.readonly ? [] : all("[data-locate]")) {
    const field = holder.closest("[data-field]");
    makeLocate(holder, field, say, () => commit(field.dataset.field));
  }
  for (const select of state.readonly ? [] : all("select[data-field]")) {
    const { itemset } = sheet.node(select.dataset.field);
    const many = itemset?.list ? sheet.form.lists[itemset.list]?.rows.length : select.options.length;
    const inGrid = select.closest("td");
    if (!inGrid && (many > LONG_LIST || select.classList.contains("is-search")))
      new Combobox(select, label(select.dataset.field), say);
  }
  for (const set of state.readonly ? [] : all('[data-widget="checkboxes"]'))
    if (set.querySelectorAll("[data-options] > *").length > LONG_LIST) makeFilter(set, say);
  for (const field of all('[data-widget="file"]')) new Upload(field, uploadPage(desk, fields));
}

function uploadPage(desk, fields) {
  const { say, state } = desk;
  state.files ??= {};
  return {
    say,
    url: state.urls.file,
    csrf: () => desk.saving.draft.csrf,
    files: state.files,
    limit: state.file_limit ?? FILE_LIMIT,
    commit: (path, name) => {
      desk.commit([[path, name]]);
      fields.show(path);
    },
  };
}
