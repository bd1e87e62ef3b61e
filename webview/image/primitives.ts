// TEMPORARY until src/image is there
export function interpolate(cells: Float32Array, from: {height:number;width:number}, to: {height:number;width:number}, mode: 'nearest'|'bilinear'|'bicubic'): Float32Array {
  const out = new Float32Array(to.width*to.height); const A=-0.75;
  const w=(d:number)=>{d=Math.abs(d);return d<=1?((A+2)*d-(A+3))*d*d+1:d<2?((A*d-5*A)*d+8*A)*d-4*A:0};
  const cl=(i:number,n:number)=>Math.max(0,Math.min(n-1,i));
  for(let y=0;y<to.height;y++)for(let x=0;x<to.width;x++){
    if(mode==='nearest'){out[y*to.width+x]=cells[Math.floor(y*from.height/to.height)*from.width+Math.floor(x*from.width/to.width)]!;continue}
    let fx=(x+.5)*from.width/to.width-.5, fy=(y+.5)*from.height/to.height-.5;
    if(mode==='bilinear'){fx=Math.max(0,fx);fy=Math.max(0,fy);const x0=Math.floor(fx),y0=Math.floor(fy),a=fx-x0,b=fy-y0;const g=(i:number,j:number)=>cells[cl(j,from.height)*from.width+cl(i,from.width)]!;out[y*to.width+x]=(g(x0,y0)*(1-a)+g(x0+1,y0)*a)*(1-b)+(g(x0,y0+1)*(1-a)+g(x0+1,y0+1)*a)*b;continue}
    const x0=Math.floor(fx),y0=Math.floor(fy);let s=0;for(let j=-1;j<=2;j++)for(let i=-1;i<=2;i++)s+=cells[cl(y0+j,from.height)*from.width+cl(x0+i,from.width)]!*w(fx-x0-i)*w(fy-y0-j);out[y*to.width+x]=s}
  return out;
}
const STOPS: Record<string, number[][]> = {
  inferno: [[0,0,4],[40,11,84],[101,21,110],[159,42,99],[212,72,66],[245,125,21],[250,193,39],[252,255,164]],
  jet: [[0,0,128],[0,0,255],[0,255,255],[255,255,0],[255,0,0],[128,0,0]],
};
export const COLORMAPS = Object.keys(STOPS);
export function colorOf(name: string, signed: boolean, t: number): [number,number,number,number] {
  if (signed) { const s=Math.max(-1,Math.min(1,t)); const a=Math.min(1,Math.abs(s)/.55); return s>=0?[60,214,120,a*255]:[224,60,205,a*255]; }
  const st=STOPS[name]??STOPS.inferno!; const p=Math.max(0,Math.min(1,t))*(st.length-1); const i=Math.min(st.length-2,Math.floor(p)); const f=p-i;
  const c=[0,1,2].map(k=>st[i]![k]!*(1-f)+st[i+1]![k]!*f); return [c[0]!,c[1]!,c[2]!,Math.min(1,Math.max(0,t)/.55)*255];
}
