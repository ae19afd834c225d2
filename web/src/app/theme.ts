// Ant Design wearing the project's colours (src/styles/tokens.css). Without CSS
// variables, since the sheets that hold them carry no nonce.
import { theme, type ThemeConfig } from "antd";
import type { Scheme } from "./preferences";

const shared = {
  borderRadius: 4,
  borderRadiusLG: 6,
  fontSize: 14,
  controlHeight: 34,
  wireframe: false,
  fontFamily: "var(--font)",
  fontFamilyCode: "var(--mono)",
  motionDurationMid: "0.12s",
  motionDurationSlow: "0.16s",
};

const light = {
  colorPrimary: "#1d545b", colorPrimaryBg: "#e2eded", controlItemBgActive: "#e2eded", colorInfo: "#1d545b", colorLink: "#1d545b",
  colorSuccess: "#28674a", colorWarning: "#9a6700", colorError: "#a63d29",
  colorInfoBg: "#e2eded", colorInfoBorder: "#b5cfd0", colorSuccessBg: "#e3f0e8", colorSuccessBorder: "#b3d3c0",
  colorWarningBg: "#f8efda", colorWarningBorder: "#e0c88f", colorErrorBg: "#f8e9e5", colorErrorBorder: "#e3bcb2",
  colorTextBase: "#1d2629", colorBgLayout: "#f5f4f0", colorBgBase: "#ffffff",
  colorBorder: "#c4c0b4", colorBorderSecondary: "#dfdcd3",
  colorTextSecondary: "#566266", colorTextDescription: "#566266", colorTextTertiary: "#667175", colorTextPlaceholder: "#667175",
};

const dark = {
  colorPrimary: "#4f9ba0", colorPrimaryBg: "#19343a", controlItemBgActive: "#19343a", colorInfo: "#6fb9bd", colorLink: "#6fb9bd",
  colorSuccess: "#79c29b", colorWarning: "#dcae55", colorError: "#ec8b74",
  colorInfoBg: "#19343a", colorInfoBorder: "#2f5158", colorSuccessBg: "#173026", colorSuccessBorder: "#2c5440",
  colorWarningBg: "#352a13", colorWarningBorder: "#5d4a22", colorErrorBg: "#3a201b", colorErrorBorder: "#64392f",
  colorTextBase: "#e3e9e9", colorBgLayout: "#0f1618", colorBgBase: "#0f1618", colorBgContainer: "#172023", colorBgElevated: "#1c272b",
  colorBorder: "#43525a", colorBorderSecondary: "#2a363a",
  colorTextSecondary: "#9fadb0", colorTextDescription: "#9fadb0", colorTextTertiary: "#93a1a4", colorTextPlaceholder: "#8a989b",
};

export function themeOf(scheme: Scheme): ThemeConfig {
  const isDark = scheme === "dark";
  return {
    hashed: false,
    algorithm: isDark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: { ...shared, ...(isDark ? dark : light) },
    components: {
      Table: {
        headerBg: isDark ? "#111a1c" : "#f0eee8",
        headerColor: isDark ? "#9fadb0" : "#566266",
        headerSplitColor: "transparent",
        cellPaddingBlock: 9,
        cellPaddingInline: 12,
        rowHoverBg: isDark ? "#1c282b" : "#f7f6f2",
      },
      Card: { headerFontSize: 14, headerHeight: 44, bodyPadding: 16 },
      Button: { primaryShadow: "none", defaultShadow: "none", dangerShadow: "none", ...(isDark ? { dangerColor: "#1f0a05", primaryColor: "#06181a", colorPrimary: "#6fb9bd", colorPrimaryHover: "#86c8cb", colorPrimaryActive: "#5da7ab" } : {}) },
      Tabs: { horizontalMargin: "0 0 12px 0", ...(isDark ? { itemSelectedColor: "#6fb9bd", itemHoverColor: "#86c8cb", inkBarColor: "#6fb9bd" } : {}) },
    },
  };
}

// nonce is what lets Ant Design's style sheets through the page's policy.
export function nonce(): string {
  return document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce ?? "";
}
