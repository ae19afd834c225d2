// A camera's newest picture. Its address changes when the server says there is
// a newer one, so nothing is polled; the last picture stays until the next is
// there, from page to page.
import { VideoCameraOutlined } from "@ant-design/icons";
import { useEffect, useRef, useState } from "react";
import { usePictureStamp } from "../api/events";
import type { Camera } from "../api/types";

type Pictured = Pick<Camera, "id" | "picture_at">;

function pictureURL(camera: string, stamp: string): string {
  return `/api/v1/cameras/${encodeURIComponent(camera)}/picture?at=${encodeURIComponent(stamp)}`;
}

const latest = new Map<string, string>(); // camera -> address of the picture last shown

// usePicture gives the address of the newest picture that has arrived, "" while
// there is none; none is asked for before the server says that there is one. On a
// slow line a picture may come after a newer one was asked for; it is shown until
// that one is there.
export function usePicture({ id: camera, picture_at: known = "" }: Pictured): string {
  const stamp = usePictureStamp(camera) || known;
  const [shown, setShown] = useState({ camera, src: latest.get(camera) ?? "" });
  const asked = useRef(0);
  const arrived = useRef(0);
  const mounted = useRef(true);
  useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);
  useEffect(() => {
    if (!stamp) return;
    const mine = ++asked.current;
    const next = new Image();
    next.onload = () => {
      if (mine < arrived.current) return;
      arrived.current = mine;
      latest.set(camera, next.src);
      if (mounted.current) setShown({ camera, src: next.src });
    };
    next.src = pictureURL(camera, stamp);
  }, [camera, stamp]);
  return shown.camera === camera ? shown.src : (latest.get(camera) ?? "");
}

export function LivePicture({ camera, alt, missing }: { camera: Pictured; alt: string; missing: string }) {
  const src = usePicture(camera);
  return (
    <div className="live-picture">
      {src ? <img src={src} alt={alt} /> : (
        <div className="live-missing">
          <VideoCameraOutlined aria-hidden />
          <span>{missing}</span>
        </div>
      )}
    </div>
  );
}
