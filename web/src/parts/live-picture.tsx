// A camera's newest picture. Its address changes when the server says there is
// a newer one, so nothing is polled; the last picture stays until the next is
// there.
import { VideoCameraOutlined } from "@ant-design/icons";
import { useEffect, useState } from "react";
import { usePictureStamp } from "../api/events";

export function pictureURL(camera: string, stamp: string): string {
  return `/api/v1/cameras/${encodeURIComponent(camera)}/picture?at=${encodeURIComponent(stamp)}`;
}

// usePicture gives the address of the newest picture that has arrived, "" while
// there is none.
export function usePicture(camera: string): string {
  const stamp = usePictureStamp(camera);
  const [shown, setShown] = useState("");
  useEffect(() => {
    let wanted = true;
    const next = new Image();
    next.onload = () => wanted && setShown(next.src);
    next.src = pictureURL(camera, stamp);
    return () => {
      wanted = false;
    };
  }, [camera, stamp]);
  return shown;
}

export function LivePicture({ camera, alt, missing }: { camera: string; alt: string; missing: string }) {
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
