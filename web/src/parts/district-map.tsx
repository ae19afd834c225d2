// The district's map: the bureau's own drawing, and marks on it. Nothing comes from
// elsewhere: no tiles, no fonts. Marks and clusters are buttons in the page, so that
// they can be reached by keyboard and read aloud.
import "maplibre-gl/dist/maplibre-gl.css";
import { LngLatBounds, Map as MapLibre, Marker, NavigationControl, ScaleControl, setWorkerUrl, type GeoJSONSource, type LngLat, type StyleSpecification } from "maplibre-gl";
import type { FeatureCollection, Point } from "geojson";
import workerURL from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { useEffect, useRef } from "react";
import { preferences, usePreferences } from "../app/preferences";
import type { Tone } from "./mark";

setWorkerUrl(workerURL); // a file of ours: the policy allows no other worker

export interface Spot {
  id: string;
  name: string; // what the mark is called, with its state
  tone: Tone;
  longitude: number;
  latitude: number;
}

export type Drawing = FeatureCollection;

interface Props {
  drawing: Drawing;
  spots: Spot[];
  chosen?: string;
  onChoose?: (id: string) => void;
  placed?: [longitude: number, latitude: number]; // a mark that can be moved
  onPlace?: (longitude: number, latitude: number) => void;
  label: string;
  clusterName: (count: number) => string;
}

// colour reads one of the project's colours as the present scheme has it.
const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

const kind = (...kinds: string[]): ["in", ["get", string], ["literal", string[]]] => ["in", ["get", "kind"], ["literal", kinds]];

function styleOf(drawing: Drawing): StyleSpecification {
  return {
    version: 8,
    sources: { district: { type: "geojson", data: drawing } },
    layers: [
      { id: "paper", type: "background", paint: { "background-color": colour("sunken") } },
      { id: "land", type: "fill", source: "district", filter: kind("township"), paint: { "fill-color": colour("surface") } },
      { id: "water", type: "fill", source: "district", filter: kind("water"), paint: { "fill-color": colour("teal-soft") } },
      { id: "bounds", type: "line", source: "district", filter: kind("township", "water"), paint: { "line-color": colour("line-strong"), "line-width": 1 } },
      { id: "streets", type: "line", source: "district", filter: kind("street"), paint: { "line-color": colour("line-strong"), "line-width": 2 } },
      { id: "areas", type: "fill", source: "district", filter: kind("key_area"), paint: { "fill-color": colour("ochre"), "fill-opacity": 0.14 } },
      { id: "area-bounds", type: "line", source: "district", filter: kind("key_area"), paint: { "line-color": colour("ochre"), "line-width": 1.5, "line-dasharray": [3, 2] } },
    ],
  };
}

function featuresOf(spots: Spot[]): Drawing {
  return {
    type: "FeatureCollection",
    features: spots.map(({ id, name, tone, longitude, latitude }) => ({ type: "Feature", properties: { id, name, tone }, geometry: { type: "Point", coordinates: [longitude, latitude] } })),
  };
}

// boundsOf is what holds all spots, or else all that is drawn.
function boundsOf(spots: Spot[], drawing: Drawing): LngLatBounds | null {
  const bounds = new LngLatBounds();
  const extend = (at: unknown): void => {
    if (!Array.isArray(at)) return;
    if (typeof at[0] === "number") bounds.extend(at as [number, number]);
    else at.forEach(extend);
  };
  for (const spot of spots) bounds.extend([spot.longitude, spot.latitude]);
  if (spots.length === 0) for (const { geometry } of drawing.features) if ("coordinates" in geometry) extend(geometry.coordinates);
  return bounds.isEmpty() ? null : bounds;
}

// nameTowns writes the names of townships and key areas, for which a style would need fonts.
function nameTowns(map: MapLibre, drawing: Drawing) {
  for (const { geometry, properties } of drawing.features) {
    const what = properties as { kind?: string; name?: string } | null;
    if (geometry.type !== "Polygon" || !what?.name || !["township", "key_area"].includes(what.kind ?? "")) continue;
    const ring = geometry.coordinates[0] ?? [];
    const middle = (axis: 0 | 1) => ring.slice(0, -1).reduce((sum, at) => sum + at[axis]!, 0) / Math.max(1, ring.length - 1);
    const name = document.createElement("span");
    name.className = `map-name ${what.kind}`;
    name.textContent = what.name;
    name.ariaHidden = "true";
    const area = what.kind === "key_area"; // its name stands above it, a town's below its middle, where its cameras are
    const at: [number, number] = [middle(0), area ? Math.max(...ring.map((corner) => corner[1]!)) : middle(1)];
    new Marker({ element: name, anchor: area ? "bottom" : "top", offset: [0, area ? 0 : 20] }).setLngLat(at).addTo(map);
  }
}

interface Shown {
  id?: string;
  name?: string;
  tone?: string;
  cluster_id?: number;
  point_count?: number;
  bad?: number;
  wait?: number;
}

// follow keeps a button for every spot and cluster that the map shows.
function follow(map: MapLibre, latest: { current: Props }) {
  const kept = new Map<string, Marker>();
  const button = (key: string, shown: Shown, at: [number, number]) => {
    const element = document.createElement("button");
    element.type = "button";
    const cluster = shown.cluster_id !== undefined;
    element.className = cluster ? `map-cluster ${shown.bad ? "bad" : shown.wait ? "wait" : "ok"}` : `map-spot ${shown.tone}`;
    element.textContent = cluster ? String(shown.point_count) : "";
    element.ariaLabel = cluster ? latest.current.clusterName(shown.point_count ?? 0) : (shown.name ?? "");
    element.title = element.ariaLabel;
    if (shown.id) element.dataset.id = shown.id;
    element.addEventListener("click", (event) => {
      event.stopPropagation();
      if (!cluster) return latest.current.onChoose?.(shown.id!);
      void map.getSource<GeoJSONSource>("spots")?.getClusterExpansionZoom(shown.cluster_id!).then((zoom) => map.easeTo({ center: at, zoom: zoom + 0.2 }));
    });
    kept.set(key, new Marker({ element }).setLngLat(at).addTo(map));
  };
  const update = () => {
    if (!map.getSource("spots") || !map.isSourceLoaded("spots")) return;
    const seen = new Set<string>();
    for (const feature of map.querySourceFeatures("spots")) {
      const shown = feature.properties as Shown;
      const key = shown.cluster_id === undefined ? `${shown.id} ${shown.tone}` : `cluster ${shown.cluster_id} ${shown.point_count} ${shown.bad} ${shown.wait}`;
      if (seen.has(key)) continue; // a spot at the edge is in both tiles
      seen.add(key);
      if (!kept.has(key)) button(key, shown, (feature.geometry as Point).coordinates as [number, number]);
    }
    for (const [key, marker] of kept) {
      if (seen.has(key)) continue;
      marker.remove();
      kept.delete(key);
    }
    const { chosen } = latest.current;
    for (const marker of kept.values()) marker.getElement().classList.toggle("chosen", !!chosen && marker.getElement().dataset.id === chosen);
  };
  map.on("render", update);
  return update;
}

function addSpots(map: MapLibre, spots: Spot[]) {
  const count = (tone: Tone): ["+", ["case", ["==", ["get", string], string], number, number]] => ["+", ["case", ["==", ["get", "tone"], tone], 1, 0]];
  map.addSource("spots", { type: "geojson", data: featuresOf(spots), cluster: true, clusterRadius: 44, clusterMaxZoom: 15, clusterProperties: { bad: count("bad"), wait: count("wait") } });
  map.addLayer({ id: "spots", type: "circle", source: "spots", paint: { "circle-opacity": 0 } }); // the buttons are what is seen
}

function placer(map: MapLibre, latest: { current: Props }) {
  const marker = new Marker({ draggable: true, color: colour("cinnabar") });
  const tell = ({ lng, lat }: LngLat) => latest.current.onPlace?.(Number(lng.toFixed(6)), Number(lat.toFixed(6)));
  marker.on("dragend", () => tell(marker.getLngLat()));
  map.on("click", ({ lngLat }) => tell(lngLat));
  return (at: Props["placed"]) => {
    if (at) marker.setLngLat(at).addTo(map);
    else marker.remove();
  };
}

export function DistrictMap(props: Props) {
  const { drawing, spots, chosen, placed, label } = props;
  const { scheme } = usePreferences();
  const box = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  const map = useRef<{ map: MapLibre; update: () => void; put: (at: Props["placed"]) => void } | null>(null);
  useEffect(() => {
    latest.current = props;
  });
  useEffect(() => {
    const bounds = boundsOf(latest.current.spots, drawing);
    const made = new MapLibre({
      container: box.current!, style: styleOf(drawing), attributionControl: false, dragRotate: false, pitchWithRotate: false, fadeDuration: 0, maxZoom: 18,
      locale: { "Map.Title": label, ...(preferences().language === "zh" ? { "NavigationControl.ZoomIn": "放大", "NavigationControl.ZoomOut": "缩小" } : {}) },
      ...(bounds ? { bounds, fitBoundsOptions: { padding: 48, maxZoom: 14 } } : { center: [121.47, 31.23] as [number, number], zoom: 9 }),
    });
    made.addControl(new NavigationControl({ showCompass: false }));
    made.addControl(new ScaleControl({}));
    const held = { map: made, update: () => undefined as void, put: latest.current.onPlace ? placer(made, latest) : () => undefined };
    map.current = held;
    held.put(latest.current.placed);
    nameTowns(made, drawing);
    const near = () => box.current?.classList.toggle("near", made.getZoom() >= 11.5);
    made.on("zoom", near);
    near();
    made.on("load", () => {
      addSpots(made, latest.current.spots);
      held.update = follow(made, latest);
    });
    return () => {
      map.current = null;
      made.remove();
    };
  }, [drawing, scheme, label]);
  useEffect(() => {
    void map.current?.map.getSource<GeoJSONSource>("spots")?.setData(featuresOf(spots));
  }, [spots]);
  useEffect(() => map.current?.put(placed), [placed]);
  useEffect(() => {
    const held = map.current;
    const spot = latest.current.spots.find((one) => one.id === chosen);
    if (!held || !spot) return;
    held.update();
    void held.map.easeTo({ center: [spot.longitude, spot.latitude], zoom: Math.max(held.map.getZoom(), 15.5) });
  }, [chosen]);
  return <div ref={box} className="district-map" />;
}
