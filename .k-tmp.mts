import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-wasm';
import {ntXentLoss,infoNCELoss,barlowTwinsLoss} from './src/losses/index.js';
import {FeatureQueue} from './src/momentum/index.js';
if(process.argv[2]==='reg'){const {registerWasmTraining}=await import('./src/wasm/index.js');registerWasmTraining();}
await tf.setBackend('wasm'); await tf.ready();
const time=(name:string,f:()=>any,n=7)=>{const t:number[]=[];for(let i=0;i<n;i++){const s=process.cpuUsage().user;const r=tf.tidy(f);t.push((process.cpuUsage().user-s)/1000);tf.dispose(r);}t.sort((a,b)=>a-b);console.log(name.padEnd(40),t[0].toFixed(2),t[n>>1].toFixed(2));return t[0];};
const vg=(f:any,xs:any[])=>{const r=tf.valueAndGrads(f)(xs);return [r.value,...r.grads];};
{ const a=tf.randomNormal([512,128]) as any,b=tf.randomNormal([512,128]) as any,z=tf.concat([a,b]) as any,zt=tf.transpose(z) as any,s=tf.matMul(z,zt) as any;
const p=time('two products 1024x128',()=>[tf.matMul(z,zt),tf.matMul(s,z)]);
time('ntXent value',()=>ntXentLoss(a,b));
const v=time('ntXent value+gradient',()=>vg((x:any,y:any)=>ntXentLoss(x,y),[a,b]));
console.log('ratio to two products',(v/p).toFixed(2),'to three',(v/p/1.5).toFixed(2));
tf.dispose([a,b,z,zt,s]);}
{const a=tf.randomNormal([512,2048]) as any,b=tf.randomNormal([512,2048]) as any,at=tf.transpose(a) as any,c=tf.randomNormal([2048,2048]) as any;
const p=time('three products barlow',()=>[tf.matMul(at,b),tf.matMul(a,c),tf.matMul(b,c)],3);
const v=time('barlow value+gradient',()=>vg((x:any,y:any)=>barlowTwinsLoss(x,y),[a,b]),3);
console.log('ratio',(v/p).toFixed(2));tf.dispose([a,b,at,c]);}
{const q=tf.randomNormal([256,128]) as any,k=tf.randomNormal([256,128]) as any;
for(const normalize of ['onUse','onEnqueue'] as const){
const queue=new FeatureQueue({capacity:65536,dim:128,normalize});
const all=tf.randomNormal([65536,128]) as any; queue.enqueue(all);
const C=tf.transpose(all) as any,P=tf.matMul(q,C) as any;
const p1=time('product with queue',()=>tf.matMul(q,C),5);
const p=time('two products',()=>[tf.matMul(q,C),tf.matMul(P,all)],5);
time('infoNCE value',()=>infoNCELoss(q,k,{negatives:queue}),5);
const v=time('infoNCE value+gradient',()=>vg((x:any)=>infoNCELoss(x,k,{negatives:queue}),[q]),5);
console.log(normalize,'ratio',(v/p).toFixed(2));
const e=time('enqueue 256',()=>{queue.enqueue(k)},30);
console.log('enqueue/product',(e/p1).toFixed(3));
queue.dispose();tf.dispose([all,C,P]);}
}
