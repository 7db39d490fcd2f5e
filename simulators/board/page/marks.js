// The small signs on an entry, each with its words as a tooltip, and the question that waits for an answer.

const SHAPES = {
  locked: "M4 7V5a4 4 0 0 1 8 0v2h.5A1.5 1.5 0 0 1 14 8.5v5a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 2 13.5v-5A1.5 1.5 0 0 1 3.5 7zm2 0h4V5a2 2 0 0 0-4 0z",
  held: "M8.9 1.9 15.3 13a1 1 0 0 1-.9 1.5H1.6A1 1 0 0 1 .7 13L7.1 1.9a1 1 0 0 1 1.8 0zM7 6v4h2V6zm0 5.2v1.8h2v-1.8z",
  delivered: "M6.4 13.2 1.6 8.4l1.7-1.7 3.1 3.1 6.3-6.5 1.7 1.7z",
  private: "M1.5 2.9 2.9 1.5l11.6 11.6-1.4 1.4-2.3-2.3A8 8 0 0 1 8 12.7C4.6 12.7 1.8 10.6.6 8a9 9 0 0 1 2.8-3.2zM8 3.3c3.4 0 6.2 2.1 7.4 4.7a9 9 0 0 1-2.3 2.8L10.6 8.3a2.7 2.7 0 0 0-2.9-2.9L5.9 3.6A8 8 0 0 1 8 3.3z",
};

/** Draw one sign; what it means can be pointed at and is read out. */
export function drawMark({ kind, words, isDim = false }) {
  const mark = document.createElement("span");
  mark.className = `mark ${kind}${isDim ? " dim" : ""}`;
  mark.title = words;
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", words);
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  drawing.setAttribute("viewBox", "0 0 16 16");
  drawing.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("fill-rule", "evenodd");
  path.setAttribute("d", SHAPES[kind]);
  drawing.append(path);
  mark.append(drawing);
  return mark;
}

/** Draw a question with its two answers; they are pressed without dragging or opening the entry below. */
export function drawQuestion({ words, inShort, isShort, hint, answer }) {
  const question = document.createElement("span");
  question.className = "question";
  const asked = document.createElement("em");
  asked.textContent = isShort ? inShort : words;
  asked.title = isShort ? `${words} ${hint}` : hint;
  const answers = document.createElement("span");
  answers.className = "answers";
  const [accept, keep] = [["Accept", "✓"], ["Keep", "✕"]];
  answers.append(answerButton(accept, isShort, () => answer("accept")), answerButton(keep, isShort, () => answer("decline")));
  question.append(asked, answers);
  return question;
}

function answerButton([words, sign], isShort, press) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = words.toLowerCase();
  button.textContent = isShort ? sign : words;
  button.title = words;
  button.setAttribute("aria-label", words);
  for (const kind of ["pointerdown", "keydown", "click"]) button.addEventListener(kind, (event) => event.stopPropagation());
  button.addEventListener("click", press);
  return button;
}
