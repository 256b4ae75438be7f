import { render } from "preact";
import { App } from "./app";
import "./styles/base.css";
import "./styles/panel.css";
import "./styles/card.css";
import "./styles/map.css";
import "./styles/upload.css";
import "./styles/narrow.css";

const root = document.getElementById("app");
if (root) render(<App />, root);
