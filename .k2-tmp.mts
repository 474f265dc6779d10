import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-wasm';
import {ntXentLoss} from './src/losses/index.js';
await tf.setBackend('wasm'); await tf.ready();
const cpu=(f:()=>any)=>{const s=process.cpuUsage().user;const r=tf.tidy(f);const t=(process.cpuUsage().user-s)/1000;tf.dispose(r);return t;};
const wall=(f:()=>any)=>{const s=performance.now();const r=tf.tidy(f);const t=performance.now()-s;tf.dispose(r);return t;};
const a=tf.randomNormal([512,128]) as any,b=tf.randomNormal([512,128]) as any,z=tf.concat([a,b]) as any,zt=tf.transpose(z) as any,s=tf.matMul(z,zt) as any;
const c={two:()=>[tf.matMul(z,zt),tf.matMul(s,z)],value:()=>ntXentLoss(a,b),both:()=>{const r=tf.valueAndGrads((x:any,y:any)=>ntXentLoss(x,y))([a,b]);return [r.value,...r.grads]},
 plain:()=>{const f=(x:any,y:any)=>{const n=(v:any)=>tf.div(v,tf.sqrt(tf.sum(tf.square(v),1,true)));const q=tf.concat([n(x),n(y)]) as any;const S=tf.sub(tf.div(tf.matMul(q,q,false,true),0.5),tf.mul(tf.eye(1024),1e9));const lab=tf.concat([tf.range(512,1024,1,'int32'),tf.range(0,512,1,'int32')]);return tf.neg(tf.mean(tf.sum(tf.mul(tf.oneHot(lab as any,1024),tf.logSoftmax(S as any)),1))) as any};const r=tf.valueAndGrads(f)([a,b]);return [r.value,...r.grads]}} as any;
for(const [n,m] of [['cpu',cpu],['wall',wall]] as any){const t:any={};for(let i=0;i<15;i++)for(const k of Object.keys(c)){if(k==='plain'&&i>2)continue;(t[k]??=[]).push(m(c[k]));}
const med=(k:string)=>t[k].sort((x:number,y:number)=>x-y)[t[k].length>>1],min=(k:string)=>t[k][0];console.log(n,Object.keys(t).map(k=>k+' '+med(k).toFixed(1)+' min '+min(k).toFixed(1)).join('  '),'ratio med',(med('both')/med('two')).toFixed(2),'min',(min('both')/min('two')).toFixed(2));}
const prof=await tf.profile(()=>{const r=tf.tidy(c.both) as any;tf.dispose(r);});
const by:any={};for(const k of prof.kernels){by[k.name]=(by[k.name]??0)+(k.kernelTimeMs as number);}
console.log(Object.entries(by).sort((x:any,y:any)=>y[1]-x[1]).slice(0,14).map(([k,v]:any)=>k+' '+v.toFixed(2)).join(', '));
