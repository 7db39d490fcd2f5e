// One dialog for everything that can be opened or created; also the way for those who do not drag.

export class Sheet {
  #dialog = document.getElementById("sheet");
  #form = this.#dialog.querySelector("form");
  #wanted = null;

  constructor() {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#carryOut(() => this.#wanted.save(this.#read()));
    });
    this.#part("delete").addEventListener("click", () => this.#carryOut(() => this.#wanted.remove()));
    for (const verdict of ["accept", "decline"]) {
      this.#part(verdict).addEventListener("click", () => this.#carryOut(() => this.#wanted.question.answer(verdict)));
    }
    this.#part("close").addEventListener("click", () => this.#dialog.close());
  }

  /**
   * Open with title, note, subject, start, end (wall times); optional: kinds, resources with chosen and single,
   * isPrivate, fixedTimes, ticks of what is locked and cancelled, a question with its words, reason and `answer(verdict)`;
   * `save(wanted)` and, for what exists, `remove()`.
   */
  open(wanted) {
    this.#wanted = wanted;
    const fields = this.#form.elements;
    this.#part("title").textContent = wanted.title;
    this.#part("note").textContent = wanted.note ?? "";
    this.#part("wrong").textContent = "";
    fields.subject.value = wanted.subject;
    fields.start.value = wanted.start.slice(0, 16);
    fields.end.value = wanted.end.slice(0, 16);
    fields.start.disabled = fields.end.disabled = Boolean(wanted.fixedTimes);
    this.#part("kind").hidden = !wanted.kinds;
    fields.kind.value = "appointment";
    this.#part("private").hidden = wanted.isPrivate === undefined;
    fields.private.checked = Boolean(wanted.isPrivate);
    this.#part("ticks").hidden = !wanted.ticks;
    fields.locked.checked = Boolean(wanted.ticks?.locked);
    fields.cancelled.checked = Boolean(wanted.ticks?.cancelled);
    this.#part("question").hidden = !wanted.question;
    this.#part("asked").textContent = wanted.question?.words ?? "";
    this.#part("asked-why").textContent = wanted.question?.reason ?? "";
    this.#part("delete").hidden = !wanted.remove;
    this.#part("save").textContent = wanted.remove ? "Save" : "Create";
    this.#drawResources(wanted);
    this.#dialog.showModal();
    fields.subject.focus();
  }

  #part(name) {
    return document.getElementById(`sheet-${name}`);
  }

  #drawResources({ resources, chosen, single }) {
    const set = this.#part("resources");
    set.hidden = !resources;
    set.querySelectorAll("label").forEach((label) => label.remove());
    for (const resource of resources ?? []) {
      const label = document.createElement("label");
      const box = document.createElement("input");
      box.type = single ? "radio" : "checkbox";
      box.name = "resource";
      box.value = resource.id;
      box.checked = chosen.includes(resource.id);
      label.append(box, ` ${resource.name}`);
      set.append(label);
    }
  }

  #read() {
    const fields = this.#form.elements;
    return {
      subject: fields.subject.value,
      start: fields.start.value,
      end: fields.end.value,
      kind: fields.kind.value,
      isPrivate: fields.private.checked,
      locked: fields.locked.checked,
      cancelled: fields.cancelled.checked,
      resources: [...this.#form.querySelectorAll("input[name=resource]:checked")].map((box) => box.value),
    };
  }

  async #carryOut(act) {
    try {
      await act();
      this.#dialog.close();
    } catch (error) {
      this.#part("wrong").textContent = error.message;
    }
  }
}
