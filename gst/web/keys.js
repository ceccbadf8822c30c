// SPDX-License-Identifier: LGPL-2.1-or-later

// What the browser calls a key → the name of its X11 keysym, which is how GStreamer's navigation events name keys.

const NAMED = {
  Alt: "Alt_L", AltGraph: "ISO_Level3_Shift", ArrowDown: "Down", ArrowLeft: "Left", ArrowRight: "Right", ArrowUp: "Up",
  Backspace: "BackSpace", CapsLock: "Caps_Lock", Clear: "Clear", ContextMenu: "Menu", Control: "Control_L",
  Delete: "Delete", End: "End", Enter: "Return", Escape: "Escape", Help: "Help", Home: "Home", Insert: "Insert",
  Meta: "Super_L", NumLock: "Num_Lock", PageDown: "Next", PageUp: "Prior", Pause: "Pause", PrintScreen: "Print",
  ScrollLock: "Scroll_Lock", Shift: "Shift_L", Tab: "Tab",
  AudioVolumeDown: "XF86AudioLowerVolume", AudioVolumeMute: "XF86AudioMute", AudioVolumeUp: "XF86AudioRaiseVolume",
  MediaPlayPause: "XF86AudioPlay", MediaStop: "XF86AudioStop", MediaTrackNext: "XF86AudioNext",
  MediaTrackPrevious: "XF86AudioPrev"
};

const ON_THE_RIGHT = {
  AltRight: "Alt_R", ControlRight: "Control_R", MetaRight: "Super_R", ShiftRight: "Shift_R", NumpadEnter: "KP_Enter"
};

const PUNCTUATION = {
  " ": "space", "!": "exclam", "\"": "quotedbl", "#": "numbersign", $: "dollar", "%": "percent", "&": "ampersand",
  "'": "apostrophe", "(": "parenleft", ")": "parenright", "*": "asterisk", "+": "plus", ",": "comma", "-": "minus",
  ".": "period", "/": "slash", ":": "colon", ";": "semicolon", "<": "less", "=": "equal", ">": "greater",
  "?": "question", "@": "at", "[": "bracketleft", "\\": "backslash", "]": "bracketright", "^": "asciicircum",
  _: "underscore", "`": "grave", "{": "braceleft", "|": "bar", "}": "braceright", "~": "asciitilde"
};

export function keysymName({ key, code }) {
  if (Object.hasOwn(ON_THE_RIGHT, code)) {
    return ON_THE_RIGHT[code];
  }
  if (Object.hasOwn(NAMED, key)) {
    return NAMED[key];
  }
  if (/^F\d{1,2}$/.test(key) || /^[A-Za-z0-9]$/.test(key)) {
    return key;
  }
  if (Object.hasOwn(PUNCTUATION, key)) {
    return PUNCTUATION[key];
  }
  // Keysyms of all other characters are named by their code point.
  return [...key].length === 1 ? `U${key.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}` : null;
}
