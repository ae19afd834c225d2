// What a camera's record asks for, in the wizard and in later changes.
import { Alert, Col, Form, Input, Row } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import type { Camera, CameraChange } from "../../api/types";
import { useDictionary } from "../../i18n/translate";
import { DatePicker } from "../../parts/dates";
import { InputNumber } from "../../parts/input-number";
import { substreamAddress, substreamOf, type SubstreamValues } from "./substream/substream";
import words, { type CameraWord } from "./words";

export interface CameraFieldValues extends SubstreamValues {
  name: string;
  place: string;
  township?: string;
  longitude?: number | null;
  latitude?: number | null;
  legal_review_no?: string;
  technical_review_no?: string;
  published_on?: Dayjs | null;
}

export function fieldsOf(camera: Camera): CameraFieldValues {
  return { ...camera, ...substreamOf(camera), published_on: camera.published_on ? dayjs(camera.published_on) : undefined };
}

export function draftOfFields(values: CameraFieldValues): CameraChange {
  return {
    name: values.name.trim(),
    place: values.place.trim(),
    township: values.township?.trim() ?? "",
    longitude: values.longitude ?? undefined,
    latitude: values.latitude ?? undefined,
    legal_review_no: values.legal_review_no?.trim() ?? "",
    technical_review_no: values.technical_review_no?.trim() ?? "",
    published_on: values.published_on?.format("YYYY-MM-DD"),
    substream_url: substreamAddress(values),
  };
}

export function PlaceFields() {
  const { t } = useDictionary<CameraWord>(words);
  const required = [{ required: true, whitespace: true, message: t("fieldMissing") }];
  const together = (other: "longitude" | "latitude") => ({ getFieldValue }: { getFieldValue: (name: string) => unknown }) => ({
    validator: (_: unknown, value: unknown) => (typeof value !== "number" && typeof getFieldValue(other) === "number" ? Promise.reject(new Error(t("positionPair"))) : Promise.resolve()),
  });
  return (
    <>
      <Form.Item name="name" label={t("nameLabel")} rules={required}><Input maxLength={60} /></Form.Item>
      <Form.Item name="place" label={t("placeLabel")} rules={required}><Input maxLength={120} /></Form.Item>
      <Form.Item name="township" label={t("townshipLabel")} extra={t("townshipHelp")}><Input maxLength={100} /></Form.Item>
      <Row gutter={12}>
        <Col xs={24} sm={12}><Form.Item name="longitude" label={t("longitude")} dependencies={["latitude"]} rules={[together("latitude")]}><InputNumber min={-180} max={180} step={0.0001} style={{ width: "100%" }} /></Form.Item></Col>
        <Col xs={24} sm={12}><Form.Item name="latitude" label={t("latitude")} dependencies={["longitude"]} rules={[together("longitude")]}><InputNumber min={-90} max={90} step={0.0001} style={{ width: "100%" }} /></Form.Item></Col>
      </Row>
    </>
  );
}

export function LawFields() {
  const { t } = useDictionary<CameraWord>(words);
  return (
    <>
      <Alert type="info" showIcon message={t("lawNote")} style={{ marginBottom: 16 }} />
      <Row gutter={12}>
        <Col xs={24} sm={12}><Form.Item name="legal_review_no" label={t("legalReview")}><Input maxLength={60} /></Form.Item></Col>
        <Col xs={24} sm={12}><Form.Item name="technical_review_no" label={t("technicalReview")}><Input maxLength={60} /></Form.Item></Col>
      </Row>
      <Form.Item name="published_on" label={t("publishedOn")}><DatePicker style={{ width: "100%" }} /></Form.Item>
    </>
  );
}
