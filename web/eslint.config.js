import js from "@eslint/js";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import globals from "globals";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/api/schema.d.ts"] },
  js.configs.recommended,
  {
    files: ["src/**/*.{ts,tsx}"],
    extends: [...tseslint.configs.recommendedTypeChecked, jsxA11y.flatConfigs.recommended],
    plugins: { "react-hooks": reactHooks },
    languageOptions: {
      globals: globals.browser,
      parserOptions: { project: "./tsconfig.app.json", tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      // Focus goes where the keyboard is wanted: the address of a new camera, a sign-in form.
      "jsx-a11y/no-autofocus": "off",
      "max-lines": ["error", 500],
      "no-restricted-imports": ["error", { paths: [
        { name: "antd", importNames: ["DatePicker", "TimePicker"], message: "parts/dates has them, with their Chinese." },
        { name: "antd", importNames: ["Modal", "Popconfirm", "Drawer"], message: "parts/dialog has them, with the focus that comes back." },
        { name: "antd", importNames: ["InputNumber"], message: "parts/input-number has it, without buttons that speak English." },
      ] }],
    },
  },
  { files: ["src/parts/dates.tsx", "src/parts/dialog.tsx", "src/parts/input-number.tsx", "src/app/rail-drawer.tsx"], rules: { "no-restricted-imports": "off" } },
  { files: ["public/*.js"], languageOptions: { globals: globals.serviceworker } },
  { files: ["**/*.mjs", "*.js"], languageOptions: { globals: { ...globals.node, ...globals.browser } } },
);
